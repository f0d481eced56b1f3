-- Columns keep to their lengths and digits, fields of structs and elements of arrays too.
CREATE TEMP TABLE t (
  price NUMERIC(5, 2),
  code STRING(3),
  prices ARRAY<NUMERIC(4, 1)>,
  line STRUCT<sku STRING(2), price NUMERIC(4, 1)>
);
INSERT INTO t VALUES (1.255, 'abc', [NUMERIC '1.25'], ('ab', NUMERIC '2.25'));
BEGIN
  INSERT INTO t (line) VALUES (('abc', NUMERIC '1'));
EXCEPTION WHEN ERROR THEN
  SELECT 'refused' AS told;
END;
SELECT * FROM t;
