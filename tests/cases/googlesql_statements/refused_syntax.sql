select a < b < c, d from t where x = 1;
selec 1;
select 1 as select, 'ü' as u from t limit 1, 2;
select * from a natural join b;
select 1 union all select 2 except distinct select 3;
select case when 1 = 1 then end from t;
begin select 1; if true then select 2; end if; end;
select 1abc
