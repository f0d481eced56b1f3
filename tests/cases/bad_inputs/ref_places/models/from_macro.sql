select *
from {{ newest('basis') }}
