select
  net.reg_domain('a'),
  st_geogpoint(1, 2),
  format_date('%Q', current_date())
from t pivot (sum(x) for k in ('a'))
