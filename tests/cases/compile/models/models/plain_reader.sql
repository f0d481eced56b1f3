select * from {{ ref('middle_cte') }}
