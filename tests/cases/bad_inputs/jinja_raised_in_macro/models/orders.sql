select 1 as x

{{ refuse("orders") }}
