{{ config(materialized='view') }}

-- Messages that no table takes, with the reason and the message as it came: dead letters as they were tried last.
-- One that is delivered twice is one message.
with letters as (

    select *
    from {{ source('shop', 'dead_letter') }}
    where _source = 'shop'
    qualify row_number() over (partition by _id order by attempts desc) = 1

)

select
    to_hex(md5(raw)) as record_hash,
    _stream as stream,
    error_class,
    error as problem,
    raw,
    _failed_at as loaded_at
from letters
where status = 'open'
qualify row_number() over (partition by raw order by _failed_at, _id) = 1
