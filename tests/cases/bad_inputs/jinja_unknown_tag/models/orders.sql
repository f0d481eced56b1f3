select 1 as order_id
{% unless true %}, 2{% endunless %}
