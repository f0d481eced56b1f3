select name from {{ ref('orders') }}
