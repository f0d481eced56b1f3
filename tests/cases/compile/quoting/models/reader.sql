select * from {{ source('raw', 'a') }}, {{ source('raw', 'b') }}, {{ source('raw2', 'c') }}, {{ source('raw2', 'd') }}, {{ ref('reader_base') }}
