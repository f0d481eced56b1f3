-- A statement knows the tables that those before it have made; a column goes before a variable.
DECLARE least INT64 DEFAULT 2;
DECLARE id INT64 DEFAULT 100;
CREATE TEMP TABLE stock (id INT64, amount NUMERIC);
INSERT INTO stock VALUES (1, 1.5), (2, 2.5), (least + 1, 3);
UPDATE stock SET amount = amount * 2 WHERE id >= least;
DELETE FROM stock WHERE id = (SELECT MAX(id) FROM stock);
SELECT id, amount, least FROM stock ORDER BY id;
