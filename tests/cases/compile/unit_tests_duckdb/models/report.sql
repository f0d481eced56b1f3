select id, address.street as street from {{ ref('customers') }}
