select
    format('%d of %s', order_id, amount) as amount_as_text,
    format('%.2f', order_id) as whole_as_fraction,
    format('%d', status) as text_as_number,
    format('%s-%s', status) as one_too_few,
    format('%t', status, order_id) as one_too_many,
    format('%z', order_id) as no_such_element,
    format('100%') as without_end,
    cast(placed_on as string format 'YYYY-MNTH-DD') as misspelt,
    cast(placed_on as string format 'YYYY HH24') as hour_of_a_date,
    cast(status as timestamp format 'YYYY-MM-DD HH24:MI:SS.FF') as fraction_without_digits,
    cast(b'x' as string format 'HEXX') as bytes_as_text,
    -- These are right.
    format('%5d|%-10s|%08.3f|%t|%%|%p', order_id, status, amount, address, to_json(items)) as many,
    format('%*d', 5, order_id) as padded,
    cast(placed_at as string format 'Day, DD Month YYYY "at" HH24:MI:SS.FF3 TZH:TZM') as long_text,
    cast(b'x' as string format 'base64') as encoded,
    safe_cast(placed_on as string format 'HH') as null_instead
from {{ source('raw', 'orders') }}
