{% snapshot orders_history %}
{{ config(unique_key='id', strategy='timestamp', updated_at='changed_at') }}
select * from {{ source('app', 'orders') }}
{% endsnapshot %}
