-- Values keep to the lengths and digits that a variable was declared with: numbers are rounded, texts
-- that are longer are errors, inside of arrays and structs too.
DECLARE price NUMERIC(5, 2) DEFAULT 1.255;
DECLARE code STRING(3) DEFAULT 'abc';
DECLARE prices ARRAY<NUMERIC(4, 1)>;
DECLARE line STRUCT<sku STRING(2), price NUMERIC(5, 1)>;
DECLARE told ARRAY<STRING> DEFAULT [];
SET prices = [1.25, 2];
SET line = ('ab', 1.25);
BEGIN SET code = 'abcd'; EXCEPTION WHEN ERROR THEN SET told = told || ['a text'] ; END;
BEGIN SET price = 1000; EXCEPTION WHEN ERROR THEN SET told = told || ['a number']; END;
BEGIN SET line = ('abc', 1); EXCEPTION WHEN ERROR THEN SET told = told || ['a field']; END;
BEGIN SET (price, code) = (1, 'long'); EXCEPTION WHEN ERROR THEN SET told = told || ['one of two']; END;
EXECUTE IMMEDIATE "SELECT NUMERIC '2.345', 'x'" INTO price, code;
SELECT price, code, prices, line, told;
