-- What goes wrong in a block is its handler's; variables of a block end with it.
DECLARE seen STRING;
BEGIN
  DECLARE inner_ INT64 DEFAULT 1;
  SELECT inner_ / 0;
EXCEPTION WHEN ERROR THEN
  BEGIN
    RAISE USING MESSAGE = CONCAT('again: ', @@error.message);
  EXCEPTION WHEN ERROR THEN
    SET seen = @@error.message;
  END;
END;
SELECT seen;
