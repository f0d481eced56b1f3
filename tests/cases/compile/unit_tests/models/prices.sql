select 1 as id, 9.99 as price
