select count(*) as n
from range(1000000000000) as numbers(n)
where n % 7 = 3
