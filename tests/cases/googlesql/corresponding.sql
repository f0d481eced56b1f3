select * from (select 1 as a, 2 as b, 3 as c intersect distinct corresponding select 9 as d, 2 as b, 1 as a)
