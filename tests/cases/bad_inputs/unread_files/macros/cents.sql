{% macro cents(column) %}
  round({{ column }}, 2)
