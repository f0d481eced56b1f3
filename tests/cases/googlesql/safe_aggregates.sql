select safe.sum(x) as too_large, safe.sum(y) as too_large_float, safe.sum(1) as fine
from unnest([struct(9223372036854775807 as x, 1.7e308 as y), (1, 1.7e308)])
