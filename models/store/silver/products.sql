{{
    config(
        materialized='incremental',
        incremental_strategy='merge',
        unique_key=['product_id', 'valid_from'],
        cluster_by=['product_id']
    )
}}

-- The catalogue, every version of a product with the time it was valid. Prices come as integers or floats and
-- become NUMERIC from their text, so that no cent is lost.
with landed as (

    select payload, _record_hash, _ingested_at
    from {{ source('store', 'products') }}
    where true
    {{ landed_versions() }}

),

typed as (

    select
        safe_cast(json_value(payload, '$.id') as int64) as product_id,
        json_value(payload, '$.title') as title,
        safe_cast(json_value(payload, '$.price') as numeric) as price,
        json_value(payload, '$.category') as category,
        json_value(payload, '$.description') as description,
        safe_cast(json_value(payload, '$.rating.rate') as float64) as rating,
        safe_cast(json_value(payload, '$.rating.count') as int64) as rating_count,
        json_value(payload, '$.image') as image_url,
        _record_hash as record_hash,
        _ingested_at as loaded_at
    from landed

),

products as (

    select
        *,
        row_number() over (partition by product_id order by loaded_at) as version,
        loaded_at as valid_from,
        lead(loaded_at) over (partition by product_id order by loaded_at) as valid_to,
        lead(loaded_at) over (partition by product_id order by loaded_at) is null as is_current
    from typed
    where product_id is not null

)

{{ only_changes('products', ['product_id', 'valid_from']) }}
