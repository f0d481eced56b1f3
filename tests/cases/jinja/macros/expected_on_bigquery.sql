<<any_value(x)>>
<<logical_or(x)>>
<<cast(xasint64)>>
<<cast(xasstring)>>
<<a || '-' || b>>
<<>>
<<to_hex(md5(cast(x as string)))>>
<<length(x)>>
<<strpos(x,'a')>>
<<replace(x,'a','b')>>
<<casewhen3=0then''elsesubstr(x,-1*(3))end>>
<<casewhenn=0then''elsesubstr(x,-1*(n))end>>
<<split(x,'|')[safe_offset(0)]>>
<<split(x,'|')[safe_offset(2)]>>
<<split(x,'|')[safe_offset(length(x)-length(replace(x,'|',''))+1+-1)]>>
<<split(x,'|')[safe_offset(1)]>>
<<split(x,'|')[safe_offset(-1)]>>
<<'''it's'''>>
<<it\'s \'x\'>>
<<'''it\'s'''>>
<<string_agg(x,',')>>
<<string_agg(x,'_')>>
<<string_agg(x,'_'orderbyy)>>
<<string_agg(x,'_'orderbyylimit2)>>
<<string_agg(x,'_'limit2)>>
<<exceptdistinct>>
<<intersectdistinct>>
<<[1,2,3]>>
<<ARRAY<INT64>[]>>
<<ARRAY<INT64>[]>>
<<[a]>>
<<['a','b']>>
<<array_concat(a, b)>>
<<current_timestamp()>>
<<current_timestamp()>>
<<datetime_add(cast(xasdatetime),interval1day)>>
<<datetime_add(cast('2016-08-19'asdatetime),interval-3month)>>
<<datetime_add(cast(cast('2020-01-01'asdate)asdatetime),intervalrow_number()over(orderby1)-1day)>>
<<datetime_diff(cast(basdatetime),cast(aasdatetime),day)>>
<<date(2024, 1, 2)>>
<<date(2024, 1, 2)>>
<<cast(datetime_add(cast(datetime_add(cast(timestamp_trunc(cast(xastimestamp),month)asdatetime),interval1month)asdatetime),interval-1day)asdate)>>
<<string timestamp FLOAT64 numeric bigint INT64 boolean>>
<<7 1 6 7>>
<<withpas(select0asgenerated_numberunionallselect1),unionedas(selectp0.generated_number*power(2,0)+p1.generated_number*power(2,1)+p2.generated_number*power(2,2)+p3.generated_number*power(2,3)+1asgenerated_numberfrompasp0crossjoinpasp1crossjoinpasp2crossjoinpasp3)select*fromunionedwheregenerated_number<=10orderbygenerated_number>>
<<withpas(select0asgenerated_numberunionallselect1),unionedas(selectp0.generated_number*power(2,0)+1asgenerated_numberfrompasp0)select*fromunionedwheregenerated_number<=1orderbygenerated_number>>
<<>>
<<['20240101', '20240102', '20240103']>>
<<['20240101', '20240102', '20240103']>>
<<['2024-01-01', '2024-01-02', '2024-01-03']>>
<<['20240101']>>
<<2024-01-01 00:00:00>>
<<`a`, `b`>>
<<select*from(select1)as__dbt_sbqwherefalseandcurrent_timestamp()=current_timestamp()limit0>>
<<selectcast(nullasint64)asa,cast(nullasstring)as`b`>>
<<TRUE>>
<<['`id`']>>
<<['n']>>
<<select1limit5>>
<<d.INFORMATION_SCHEMA INFORMATION_SCHEMA>>
<<[<BigQueryColumn a (int64, NULLABLE)>] [{'column_name': 'a', 'new_type': 'int64'}]>>
<<{"sql":"select1","transaction":false}{"sql":"select1","transaction":true}{"sql":"select1","transaction":false}>>
<<withdbt_test__targetas(selectcasunique_fieldfrommwherecisnotnull)selectunique_field,count(*)asn_recordsfromdbt_test__targetgroupbyunique_fieldhavingcount(*)>1>>
<<selectcfrommwherecisnull>>
<<withall_valuesas(selectcasvalue_field,count(*)asn_recordsfrommgroupbyc)select*fromall_valueswherevalue_fieldnotin('a','b')>>
<<withall_valuesas(selectcasvalue_field,count(*)asn_recordsfrommgroupbyc)select*fromall_valueswherevalue_fieldnotin(1,2)>>
<<>>
<<True True  False>>
