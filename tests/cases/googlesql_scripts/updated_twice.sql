CREATE TEMP TABLE kept (id INT64, n INT64);
INSERT INTO kept VALUES (1, 1);
UPDATE kept SET n = s.n FROM UNNEST([STRUCT(1 AS id, 2 AS n), (1, 3)]) AS s WHERE kept.id = s.id;
