-- The catalogue as last seen: one row a product. Prices come as integers or floats and become
-- NUMERIC from their text, so that no cent is lost.
with latest as (

    select payload, _ingested_at
    from {{ source('store', 'products') }}
    where true
    {{ latest_record() }}

)

select
    safe_cast(json_value(payload, '$.id') as int64) as product_id,
    json_value(payload, '$.title') as title,
    safe_cast(json_value(payload, '$.price') as numeric) as price,
    json_value(payload, '$.category') as category,
    json_value(payload, '$.description') as description,
    safe_cast(json_value(payload, '$.rating.rate') as float64) as rating,
    safe_cast(json_value(payload, '$.rating.count') as int64) as rating_count,
    json_value(payload, '$.image') as image_url,
    _ingested_at as loaded_at
from latest
