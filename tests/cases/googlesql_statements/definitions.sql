create view v (x, y) as select 1, 'a';
create table filled (a int64, b string) as select 1 as x, 'q' as y;
create table declared (a int64 default 7, b string(2), c numeric(5, 2) not null, primary key (a) not enforced)
  partition by a options (description = 'x');
insert into declared (b, c) values ('ab', cast('1.005' as numeric));
select * from declared;
insert into declared (b, c) values ('abc', 1);
assert (select count(*) from declared) = 1 as 'one row';
assert (select count(*) from filled) > 1 as 'more rows';
create temp function twice(x int64) as (x * 2);
create temporary function label(x int64, words array<string>) returns string as (concat(words[offset(0)], twice(x)));
select label(4, ['n', 'm']) as text, TWICE(2) as two;
select twice(id) as t from unnest([1, 2]) as id;
create or replace temp function twice(x float64) returns float64 as ((select sum(y) from unnest([x, x]) as y));
select twice(n) as t from unnest([1, 2.5]) as n;
