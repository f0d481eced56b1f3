select
    * except (nothing),
    o.* replace (upper(statu) as status)
from {{ source('raw', 'orders') }} as o
join {{ source('raw', 'customers') }} as c using (customr_id)
