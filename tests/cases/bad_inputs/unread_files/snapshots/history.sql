{% snapshot history %}
select 1 as id
{% endsnapshot %}
