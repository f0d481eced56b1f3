select nothing from {{ source('raw', 'orders') }}
