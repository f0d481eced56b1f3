select * from {{ ref('customers', v=3) }}
