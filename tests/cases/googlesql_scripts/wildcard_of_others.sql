CREATE SCHEMA logs;
CREATE TABLE logs.events_1 AS SELECT 1 AS id;
CREATE TABLE logs.events_2 AS SELECT 'x' AS id;
BEGIN END;
SELECT * FROM `logs.events_*`;
