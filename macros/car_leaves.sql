{# A leaf of a car's tree is a value with its time and its unit, and is not there when there is no value. #}
{% macro car_text(path) -%}
json_value(payload, '$.{{ path }}.val')
{%- endmacro %}

{% macro car_number(path) -%}
safe_cast(json_value(payload, '$.{{ path }}.val') as float64)
{%- endmacro %}

{% macro car_time(path) -%}
safe_cast(json_value(payload, '$.{{ path }}.upd') as timestamp)
{%- endmacro %}

{# Kilometres, whatever the leaf's unit is. #}
{% macro car_km(path) -%}
{{ car_number(path) }} * if(json_value(payload, '$.{{ path }}.uni') = 'mi', 1.609344, 1)
{%- endmacro %}

{# Degrees Celsius, whatever the leaf's unit is. #}
{% macro car_celsius(path) -%}
case json_value(payload, '$.{{ path }}.uni')
            when '°K' then {{ car_number(path) }} - 273.15
            when '°F' then ({{ car_number(path) }} - 32) * 5 / 9
            else {{ car_number(path) }}
        end
{%- endmacro %}
