select 1 as order_id,
  from where 2
