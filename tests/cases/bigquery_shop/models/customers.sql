select customer, count(*) as orders, cast(sum(amount) as int64) as amount from {{ ref('cleaned') }} group by customer
