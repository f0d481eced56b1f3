-- A statement made of texts, with parameters by name and by place.
DECLARE total INT64;
DECLARE label STRING;
EXECUTE IMMEDIATE CONCAT('CREATE TEMP TABLE ', 'made', ' AS SELECT @a AS a UNION ALL SELECT @a + 1') USING 1 AS a;
EXECUTE IMMEDIATE 'SELECT SUM(a), ? FROM made WHERE a > ?' INTO total, label USING 'x', 0;
SELECT total, label;
