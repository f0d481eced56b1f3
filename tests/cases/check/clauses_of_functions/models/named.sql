select
    make_interval(yaer => 1) as misspelt,
    make_interval(month => 2, 1) as unnamed_behind,
    make_interval(day => 1, day => 2) as twice,
    to_json(status, stringify_wide_number => true) as json,
    upper(value => status) as no_names,
    parse_json('{}', wide_number_mode => 'round') as right_name,
    json_strip_nulls(to_json(items), include_arrays => false) as stripped
from {{ source('raw', 'orders') }}
