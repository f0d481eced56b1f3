select id, anything from {{ ref('untold') }}
