select upper({{ function('label') }}(status)) as label, {{ function('largest') }}(1) as largest
from {{ source('raw', 'orders') }}
