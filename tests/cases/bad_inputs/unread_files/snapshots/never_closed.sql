{% snapshot never_closed %}
select 1 as id
