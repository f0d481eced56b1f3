-- Each mistake is told, also behind one inside a loop.
DECLARE a INT64 DEFAULT 1 +;
WHILE a < 3 DO
  SET a = ;
  SELECT FROM t;
  INSERT INTO t VALUE (1);
END WHILE;
SELECT 1 AS;
BREAK;
CREATE PROCEDURE p(OUT x INT64) BEGIN SELECT 2 +; SET x = 1; END;
