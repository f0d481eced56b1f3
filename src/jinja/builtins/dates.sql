{# Rows of numbers and dates, and the dates of a range, as dbt documents them. #}

{% macro get_powers_of_two(upper_bound) -%}
    {{ return(adapter.dispatch('get_powers_of_two', 'dbt')(upper_bound)) }}
{%- endmacro %}

{% macro default__get_powers_of_two(upper_bound) -%}
    {%- if upper_bound <= 0 -%}
        {{ exceptions.raise_compiler_error('upper bound must be positive') }}
    {%- endif -%}
    {%- set found = namespace(powers=1) -%}
    {%- for power in range(1, 63) -%}
        {%- if 2 ** found.powers < upper_bound -%}{%- set found.powers = found.powers + 1 -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found.powers) }}
{%- endmacro %}

{% macro generate_series(upper_bound) %}
    {{ return(adapter.dispatch('generate_series', 'dbt')(upper_bound)) }}
{% endmacro %}

{% macro duckdb__generate_series(upper_bound) %}
    select
        generate_series as generated_number
    from generate_series(1, {{ upper_bound }})
{% endmacro %}

{# Numbers by their binary digits: one row of `p` for each. #}
{% macro default__generate_series(upper_bound) %}
    {%- set digits = range(get_powers_of_two(upper_bound)) %}
    with p as (
        select 0 as generated_number union all select 1
    ), unioned as (
        select
            {% for digit in digits -%}
            p{{ digit }}.generated_number * power(2, {{ digit }}){{ ' +' if not loop.last }}
            {% endfor -%}
            + 1 as generated_number
        from
            {% for digit in digits -%}
            p as p{{ digit }}{{ ' cross join' if not loop.last }}
            {% endfor %}
    )

    select *
    from unioned
    where generated_number <= {{ upper_bound }}
    order by generated_number
{% endmacro %}

{% macro get_intervals_between(start_date, end_date, datepart) -%}
    {{ return(adapter.dispatch('get_intervals_between', 'dbt')(start_date, end_date, datepart)) }}
{%- endmacro %}

{% macro default__get_intervals_between(start_date, end_date, datepart) -%}
    {%- if not execute -%}
        {{ return(1) }}
    {%- endif -%}
    {%- call statement('get_intervals_between', fetch_result=True) %}
        select {{ datediff(start_date, end_date, datepart) }}
    {%- endcall -%}
    {%- set rows = load_result('get_intervals_between')['data'] -%}
    {{ return(rows[0][0] if rows else 1) }}
{%- endmacro %}

{% macro date_spine(datepart, start_date, end_date) %}
    {{ return(adapter.dispatch('date_spine', 'dbt')(datepart, start_date, end_date)) }}
{% endmacro %}

{% macro default__date_spine(datepart, start_date, end_date) %}
    with rawdata as (

        {{ generate_series(get_intervals_between(start_date, end_date, datepart)) }}

    ),

    all_periods as (

        select (
            {{ dateadd(datepart, 'row_number() over (order by 1) - 1', start_date) }}
        ) as date_{{ datepart }}
        from rawdata

    ),

    filtered as (

        select *
        from all_periods
        where date_{{ datepart }} <= {{ end_date }}

    )

    select * from filtered
{% endmacro %}

{% macro convert_datetime(date_str, date_fmt) %}
    {{ return(modules.datetime.datetime.strptime(date_str | string, date_fmt)) }}
{% endmacro %}

{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt='%Y%m%d', out_fmt='%Y%m%d') %}
    {% set first = convert_datetime(start_date_str, in_fmt) %}
    {% set last = convert_datetime(end_date_str if end_date_str is not none else start_date_str, in_fmt) %}
    {% set days = (last - first).days %}
    {% if days < 0 %}
        {{ exceptions.raise_compiler_error('the end of the range ' ~ start_date_str ~ ', ' ~ end_date_str ~ ' comes before its start') }}
    {% endif %}
    {% set dates = [] %}
    {% for at in range(0, days + 1) %}
        {% set day = first + modules.datetime.timedelta(days=at) %}
        {% do dates.append(day.strftime(out_fmt)) %}
    {% endfor %}
    {{ return(dates) }}
{% endmacro %}

{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') %}
    {% set ends = (raw_partition_date | string).split(',') %}
    {% if ends | length > 2 %}
        {{ exceptions.raise_compiler_error('expected a date or `first, last`, found ' ~ raw_partition_date) }}
    {% endif %}
    {{ return(dates_in_range(ends[0].strip(), ends[1].strip() if ends | length == 2 else none, date_fmt, date_fmt)) }}
{% endmacro %}

{% macro py_current_timestring() %}
    {{ return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) }}
{% endmacro %}

{% macro current_timestamp_backcompat() %}
    {{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}
{% endmacro %}

{% macro default__current_timestamp_backcompat() %}
    current_timestamp::timestamp
{% endmacro %}

{% macro bigquery__current_timestamp_backcompat() -%}current_timestamp{%- endmacro %}

{% macro current_timestamp_in_utc_backcompat() %}
    {{ return(adapter.dispatch('current_timestamp_in_utc_backcompat', 'dbt')()) }}
{% endmacro %}

{% macro default__current_timestamp_in_utc_backcompat() %}
    {{ return(current_timestamp_backcompat()) }}
{% endmacro %}

{% macro snapshot_get_time() -%}
    {{ return(adapter.dispatch('snapshot_get_time', 'dbt')()) }}
{%- endmacro %}
{% macro default__snapshot_get_time() -%}{{ current_timestamp() }}{%- endmacro %}
{% macro duckdb__snapshot_get_time() -%}{{ current_timestamp() }}::timestamp{%- endmacro %}
