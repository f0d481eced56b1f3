create table tags as select 1 as id, cast(null as array<string>) as names, struct(cast(null as array<int64>) as marks, 2 as n) as inner_one;
select id, array_length(names) as none, array_length(inner_one.marks) as no_marks from tags;
create table more as select array_agg(n) as numbers from unnest([1, null]) as n;
insert into tags select 2, array_agg(n ignore nulls), struct([1] as marks, 2 as n) from unnest(['a', null]) as n;
select id, names[offset(0)] as first from tags where id = 2;
insert into tags select 3, ['a', null], struct([1] as marks, 2 as n)
