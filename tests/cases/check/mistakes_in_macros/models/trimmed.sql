{# Where a template works on what a macro wrote, the expression is shown. #}
select {{ cents('amoun')[:-1] ~ ')' }} as cents, {{ 'a' if cents('amount') == 'round(amount * 100)' else 'b' }} as kind
from {{ source('raw', 'orders') }}
