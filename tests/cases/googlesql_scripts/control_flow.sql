-- Each kind of loop and branch; a variable keeps the type that it was declared with.
DECLARE total, turns INT64 DEFAULT 0;
DECLARE said ARRAY<STRING> DEFAULT [];
DECLARE now DEFAULT DATE '2024-01-31';
LOOP
  SET turns = turns + 1;
  IF turns = 2 THEN CONTINUE; ELSEIF turns > 3 THEN BREAK; ELSE SET total = total + turns; END IF;
END LOOP;
WHILE total < 10 DO SET total = total * 2; END WHILE;
REPEAT SET now = DATE_ADD(now, INTERVAL 1 DAY); UNTIL EXTRACT(DAY FROM now) = 2 END REPEAT;
FOR item IN (SELECT name, n FROM UNNEST([STRUCT('a' AS name, 1 AS n), ('b', 2)]) ORDER BY n DESC) DO
  SET said = ARRAY_CONCAT(said, [CONCAT(item.name, CAST(item.n AS STRING))]);
END FOR;
CASE turns WHEN 4 THEN SET (total, turns) = (total + 1, 0); ELSE SELECT 'never'; END CASE;
SELECT total, turns, said, now;
