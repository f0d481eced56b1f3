select {{ nothing_like_it('a') }}
from {{ ref('orders' }}
