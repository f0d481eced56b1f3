<<cast(xasinteger)>>
<<cast('2020-01-01'astimestamp)>>
<<string_split(x,'|')[n]>>
<<array_append(a, 4)>>
<<current_timestamp::timestamp>>
<<current_timestamp::timestamp>>
<<date_trunc('month', x)>>
<<(a=b)(a=b)>>
