{% snapshot in_code %}
{{ config(unique_key='id', strategy='check') }}
select * from {{ ref('orders') }}
{% endsnapshot %}
