select if(1, 2, 3), if(true, 1, 'a'), coalesce(1, 'a'), ifnull(date '2024-01-01', 1)
