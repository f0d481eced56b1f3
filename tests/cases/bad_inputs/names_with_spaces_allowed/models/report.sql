select * from {{ ref('my orders') }} join {{ source('raw shop', 't') }} using (id)
