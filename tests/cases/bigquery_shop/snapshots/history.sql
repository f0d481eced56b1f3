{% snapshot history %}
{{ config(unique_key='customer', strategy='check', check_cols=['amount']) }}
select customer, amount from {{ ref('customers') }}
{% endsnapshot %}
