create view v (x, y) as select 1, 'a';
create table filled (a int64, b string) as select 1 as x, 'q' as y;
create table declared (a int64 default 7, b string(2), c numeric(5, 2) not null, primary key (a) not enforced)
  partition by a options (description = 'x');
insert into declared (b, c) values ('ab', cast('1.005' as numeric));
select * from declared;
insert into declared (b, c) values ('abc', 1);
assert (select count(*) from declared) = 1 as 'one row';
assert (select count(*) from filled) > 1 as 'more rows';
