select inventory_id, reason, quantity_change
from {{ ref('inventory_movements') }}
where (reason in ('sale', 'damage') and quantity_change > 0)
    or (reason in ('restock', 'return') and quantity_change < 0)
