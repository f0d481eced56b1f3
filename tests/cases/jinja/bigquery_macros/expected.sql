<<safe_cast(x as INT64)>>
<<safe_cast('2020-01-01' as timestamp)>>
<<array_concat(a,[4])>>
<<current_timestamp>>
<<current_timestamp>>
<<datetime_diff(cast('2018-01-20'asdatetime),cast('2018-01-01'asdatetime),week)>>
<<timestamp_trunc(cast(xastimestamp),month)>>
<<cast(datetime_add(cast(datetime_add(cast(timestamp_trunc(cast(xastimestamp),quarter)asdatetime),interval1quarter)asdatetime),interval-1day)asdate)>>
<<createtempfunctionf()as(1);select*from(select1)as__dbt_sbqwherefalseandcurrent_timestamp()=current_timestamp()limit0>>
<<partition by timestamp_trunc(d, hour)>>
<<cluster by a, b cluster by a >>
<<(a = b) (a = b)>>
