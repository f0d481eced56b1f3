-- Columns of outer queries and of neighbours in FROM are found wherever an argument is written.
select
  t.d,
  (select count(*) from unnest(generate_date_array(t.d, date '2024-02-02'))) as days,
  (select max(least(x, t.n, 7)) from unnest([5, 9]) as x) as least_of_three,
  array(select x from unnest(generate_array(1, t.n, t.step + 0)) as x order by x) as steps,
  (select case x / t.n when 0.5 then t.d else nullif(t.d, date '2024-02-01') end from unnest([5]) as x) as choice,
  datetime(t.d, time_add(time '23:30:00', interval 1 hour)) as round_the_clock,
  (select count(*) from unnest([3, 30]) as x where x + 0.5 between t.n - 8.5 and t.n * 1.5) as between_floats
from (select date '2024-01-31' as d, 10 as n, 4 as step) as t
  cross join unnest(split('a-b', if(t.n > 1, '-', ','))) as word
where word = 'a'
