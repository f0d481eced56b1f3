-- Each element is the start and a number of steps.
select
  generate_array(0, 0.7, 0.1) as up,
  generate_array(1.5, 0.2, -0.3) as down,
  generate_array(1, 0, 0.5) as none,
  generate_array(0, cast(null as float64), 0.5) as unknown
