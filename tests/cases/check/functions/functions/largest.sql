(select max(amount + least) from {{ source('raw', 'orders') }})
