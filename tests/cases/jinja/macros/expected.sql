<<arbitrary(x)>>
<<bool_or(x)>>
<<cast(xasint64)>>
<<cast(xasTEXT)>>
<<a || '-' || b>>
<<>>
<<md5(cast(x as TEXT))>>
<<length(x)>>
<<position('a'inx)>>
<<replace(x,'a','b')>>
<<right(x,3)>>
<<right(x,n)>>
<<string_split(x,'|')[1]>>
<<string_split(x,'|')[3]>>
<<string_split(x,'|')[-1]>>
<<string_split(x,'|')[2]>>
<<string_split(x,'|')[0]>>
<<'it's'>>
<<it''s ''x''>>
<<'it''s'>>
<<string_agg(x,',')>>
<<string_agg(x,'_')>>
<<string_agg(x,'_'orderbyy)>>
<<list_aggr((array_agg(xorderbyy))[1:2],'string_agg','_')>>
<<list_aggr((array_agg(x))[1:2],'string_agg','_')>>
<<except>>
<<intersect>>
<<array[1,2,3]>>
<<array[]::integer[]>>
<<array[]::integer[]>>
<<array[a]>>
<<array['a','b']>>
<<array_cat(a, b)>>
<<now()>>
<<now()>>
<<(x+cast(1asbigint)*interval1day)>>
<<('2016-08-19'+cast(-3asbigint)*interval1month)>>
<<(cast('2020-01-01'asdate)+cast(row_number()over(orderby1)-1asbigint)*interval1day)>>
<<(date_diff('day',a::timestamp,b::timestamp))>>
<<make_date(2024, 1, 2)>>
<<make_date(2024, 1, 2)>>
<<cast(((date_trunc('month',x)+cast(1asbigint)*interval1month)+cast(-1asbigint)*interval1day)asdate)>>
<<TEXT timestamp float numeric(28,6) bigint integer boolean>>
<<7 1 6 7>>
<<selectgenerate_seriesasgenerated_numberfromgenerate_series(1,10)>>
<<selectgenerate_seriesasgenerated_numberfromgenerate_series(1,1)>>
<<>>
<<['20240101', '20240102', '20240103']>>
<<['20240101', '20240102', '20240103']>>
<<['2024-01-01', '2024-01-02', '2024-01-03']>>
<<['20240101']>>
<<2024-01-01 00:00:00>>
<<"a", "b">>
<<select*from(select1)as__dbt_sbqwherefalselimit0>>
<<selectcast(nullasint64)asa,cast(nullasstring)as"b">>
<<TRUE>>
<<['"id"']>>
<<['n']>>
<<select1limit5>>
<<d.INFORMATION_SCHEMA INFORMATION_SCHEMA>>
<<[DuckDBColumn(column='a', dtype='int64', char_size=None, numeric_precision=None, numeric_scale=None, fields=[])] [{'column_name': 'a', 'new_type': 'int64'}]>>
<<{"sql":"select1","transaction":false}{"sql":"select1","transaction":true}{"sql":"select1","transaction":false}>>
<<selectcasunique_field,count(*)asn_recordsfrommwherecisnotnullgroupbychavingcount(*)>1>>
<<selectcfrommwherecisnull>>
<<withall_valuesas(selectcasvalue_field,count(*)asn_recordsfrommgroupbyc)select*fromall_valueswherevalue_fieldnotin('a','b')>>
<<withall_valuesas(selectcasvalue_field,count(*)asn_recordsfrommgroupbyc)select*fromall_valueswherevalue_fieldnotin(1,2)>>
<<>>
<<True True  False>>
