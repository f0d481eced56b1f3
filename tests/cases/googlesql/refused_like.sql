select 'abc' like any (select 'a%'), 'abc' like any unnest(['a%'])
