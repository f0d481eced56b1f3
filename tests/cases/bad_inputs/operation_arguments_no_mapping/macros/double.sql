{# a comment on the first line #}

{% macro double(a, b=2) %}select {{ a }} * {{ b }}{% endmacro %}
