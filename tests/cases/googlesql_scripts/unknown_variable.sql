DECLARE total INT64 DEFAULT 1;
IF total = 1 THEN
  SET totl = 2;
END IF;
