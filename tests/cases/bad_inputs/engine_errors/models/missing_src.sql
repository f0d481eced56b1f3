select
  id
from {{ source('s','t') }}
