select anything from {{ source('raw', 'unknown') }}
