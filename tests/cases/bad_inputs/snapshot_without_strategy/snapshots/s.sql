{% snapshot s %}
{{ config(unique_key='order_id') }}
select * from {{ ref('orders') }}
{% endsnapshot %}
