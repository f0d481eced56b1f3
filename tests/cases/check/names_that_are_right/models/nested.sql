-- What a macro may make of many replacements.
{% set made = namespace(text='status') %}
{% for number in range(150) %}
  {% set made.text = "replace(" ~ made.text ~ ", '&" ~ number ~ ";', ' ')" %}
{% endfor %}
select {{ made.text }} as status from {{ source('raw', 'orders') }}
