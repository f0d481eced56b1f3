select x, x like any ('a%', 'x') as any_of, x not like any ('a%', 'x') as not_any, x like all ('a%', null) as all_of,
  x not like all ('a%', 'x') as none_of, x like some ('a\\_%') as escaped
from unnest(['abc', 'x', 'a_c', null]) as x
