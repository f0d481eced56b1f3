-- BREAK and CONTINUE reach the loop or block whose label they name.
DECLARE said ARRAY<STRING> DEFAULT [];
outer_loop: FOR a IN (SELECT x FROM UNNEST([1, 2, 3]) AS x ORDER BY x) DO
  inner_loop: LOOP
    SET said = ARRAY_CONCAT(said, [CONCAT('turn ', CAST(a.x AS STRING))]);
    IF a.x = 2 THEN CONTINUE outer_loop; END IF;
    IF a.x = 3 THEN BREAK Outer_Loop; END IF;
    LEAVE inner_loop;
  END LOOP inner_loop;
  SET said = ARRAY_CONCAT(said, ['behind']);
END FOR outer_loop;
block: BEGIN
  SET said = ARRAY_CONCAT(said, ['in']);
  BREAK block;
  SET said = ARRAY_CONCAT(said, ['never']);
END block;
SELECT said;
