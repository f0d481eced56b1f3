{% snapshot history %}
{{ config(unique_key='id', strategy='timestamp', updated_at='day', hard_deletes='new_record') }}
select 1 as id, date '2024-01-01' as day, 'a' as name union all
select 2, date '2024-01-02', 'b'
{% endsnapshot %}
