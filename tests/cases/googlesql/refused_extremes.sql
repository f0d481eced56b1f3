select max(a having max b), max(x having max [1])
from unnest([1]) as a join unnest([2]) as b on a < b join unnest([3]) as x on true
