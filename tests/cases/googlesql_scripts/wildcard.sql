-- The rows of all tables whose names begin so; `*` leaves the suffix out.
CREATE SCHEMA logs;
CREATE TABLE logs.events_20240101 AS SELECT 1 AS id;
CREATE TABLE logs.events_20240102 AS SELECT 2 AS id;
CREATE TABLE logs.events_20240201 AS SELECT 3 AS id;
BEGIN END;
SELECT e.*, _TABLE_SUFFIX AS suffix, TO_JSON_STRING(e) AS row_
FROM `logs.events_2024*` AS e
WHERE _TABLE_SUFFIX BETWEEN '0102' AND '0201'
ORDER BY id;
