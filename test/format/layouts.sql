-- === an empty file stays empty



-- becomes
-- === a file of comments keeps them


-- only

   /* words */
-- becomes
-- only

/* words */
-- === each clause has its line, keywords are lower case, names stay
CREATE CONSTRAINT Keep AS SELECT * FROM Pending WHERE Status = 'PLACED' CHECK Current_Host = Controllable_Host
-- becomes
create constraint Keep as
select * from Pending
where Status = 'PLACED'
check Current_Host = Controllable_Host;
-- === words that are names keep their case
create constraint c as select t.Check, WEIGHT as Filter from t maximize Weight WEIGHT 2 PRIORITY - 1
-- becomes
create constraint c as
select t.Check, WEIGHT as Filter from t
maximize Weight
weight 2
priority -1;
-- === statements stand apart, and empty ones go
create view a as select 1 as x;;create view b as select 2 as x; ;



create view c as select 3 as x;
-- becomes
create view a as
select 1 as x;

create view b as
select 2 as x;

create view c as
select 3 as x;
-- === comments between statements stay with the one they stand beside
-- The file.

-- The first.
create view a as select 1 as x; -- after the first
-- still the first

-- The second.
create view b as select 2 as x;
create view c as select 3 as x;
-- The end.
-- becomes
-- The file.

-- The first.
create view a as
select 1 as x; -- after the first
-- still the first

-- The second.
create view b as
select 2 as x;

create view c as
select 3 as x;
-- The end.
-- === comments inside a statement stay with their line
create constraint c as -- why
select * from t -- the rows
-- every other one
where a = 1 -- one
and b = 2 /* two */ and c = 3
check x = -- hard
 1 -- last
;
-- becomes
create constraint c as -- why
select * from t -- the rows
-- every other one
where a = 1 -- one
  and b = 2 /* two */
  and c = 3
check x = 1; -- hard
-- last
-- === a clause that is commented out stays where it was
create constraint c as select * from t
maximize x
-- weight 3
;
-- becomes
create constraint c as
select * from t
maximize x
-- weight 3
;
-- === short lists and conditions stay on their line
create constraint c as select * from a join b on a.x = b.x and a.y = b.y where a.z in (1, 2, 3) and b.z is not null check a.n + b.n <= 3 or (a.n = 0 and b.n = 0)
-- becomes
create constraint c as
select * from a
join b on a.x = b.x and a.y = b.y
where a.z in (1, 2, 3) and b.z is not null
check a.n + b.n <= 3 or (a.n = 0 and b.n = 0);
-- === long conditions have each `and` on a line of its own
create constraint c as select * from request join host on host.host_id = request.controllable_host and host.zone = request.zone and host.kind = 'compute' where request.status = 'PENDING' and request.priority > 3 and (request.zone = 'north' or request.zone = 'south' or request.zone_is_unknown_or_of_no_importance) check request.cores <= host.cores
-- becomes
create constraint c as
select * from request
join host on host.host_id = request.controllable_host
  and host.zone = request.zone
  and host.kind = 'compute'
where request.status = 'PENDING'
  and request.priority > 3
  and (request.zone = 'north'
    or request.zone = 'south'
    or request.zone_is_unknown_or_of_no_importance)
check request.cores <= host.cores;
-- === long lists fill their lines
create constraint c as select * from t group by t.first_long_name_of_a_column_of_t, t.second_long_name_of_a_column_of_t, t.third_long_name_of_a_column_of_t check x in ('aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbb', 'cccccccccccccccc', 'dddddddddddddddd', 'eeeeeeeeeeeeeeeee', 'ffff')
-- becomes
create constraint c as
select * from t
group by t.first_long_name_of_a_column_of_t, t.second_long_name_of_a_column_of_t,
  t.third_long_name_of_a_column_of_t
check x in (
  'aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbb', 'cccccccccccccccc', 'dddddddddddddddd', 'eeeeeeeeeeeeeeeee',
  'ffff');
-- === the columns of a long select have a line each
create view load as select h.id as host, count(*) as requests, sum(r.cores) as cores, sum(r.memory) as memory, max(r.age) as oldest from r join h on h.id = r.host group by h.id
-- becomes
create view load as
select
  h.id as host,
  count(*) as requests,
  sum(r.cores) as cores,
  sum(r.memory) as memory,
  max(r.age) as oldest
from r
join h on h.id = r.host
group by h.id;
-- === selects in parentheses are laid out like others, short ones on one line
create constraint c as select * from t check x in (select y from u where z = 1) and exists (select 1 from u join v on u.a = v.a where v.b = t.b group by u.a having count(*) > 1)
-- becomes
create constraint c as
select * from t
check x in (select y from u where z = 1)
  and exists (
    select 1 from u
    join v on u.a = v.a
    where v.b = t.b
    group by u.a
    having count(*) > 1);
-- === long calls break behind their parenthesis
create constraint c as select * from t check capacity_constraint(pending.controllable_dkernel, unallocated.dkernel, pending.cores, unallocated.cores) = true
-- becomes
create constraint c as
select * from t
check capacity_constraint(
  pending.controllable_dkernel, unallocated.dkernel, pending.cores, unallocated.cores) = true;
-- === a short case stays on its line, a long one is indented
create view v as select case when a then 1 else 0 end as x, case kind when 'first' then a.one + 1 when 'second' then a.two + 2 else null end as y from a
-- becomes
create view v as
select
  case when a then 1 else 0 end as x,
  case kind
    when 'first' then a.one + 1
    when 'second' then a.two + 2
    else null
  end as y
from a;
-- === brackets at the end of an expression are broken, not what stands before them
create view v as select max(d.pods + (select count(*) from free_pod as q join spread_match as m on m.other = q.template where m.template = d.template)) as pods, sum(case kind when 'first' then a.one + 1 when 'second' then a.two + 2 else null end) as total from d
-- becomes
create view v as
select
  max(d.pods + (
    select count(*) from free_pod as q
    join spread_match as m on m.other = q.template
    where m.template = d.template)) as pods,
  sum(case kind
    when 'first' then a.one + 1
    when 'second' then a.two + 2
    else null
  end) as total
from d;
-- === long sums break before their operators
create constraint c as select * from t minimize first_long_name_of_a_column * 1000 + second_long_name_of_a_column * 100 - third_long_name_of_a_column
-- becomes
create constraint c as
select * from t
minimize first_long_name_of_a_column * 1000
  + second_long_name_of_a_column * 100
  - third_long_name_of_a_column;
-- === common tables, compounds, windows and limits
create view v as with recursive n(v) as (values (1) union all select v + 1 from n where v < 9), m as not materialized (select max(v) as v from n) select n.v, rank() over w from n, m union select 1, 2 window w as (partition by n.v order by m.v desc nulls last) order by 1 limit 3 offset 1
-- becomes
create view v as
with recursive n(v) as (
    values (1)
    union all
    select v + 1 from n
    where v < 9),
  m as not materialized (select max(v) as v from n)
select n.v, rank() over w from n, m
union
select 1, 2
window w as (partition by n.v order by m.v desc nulls last)
order by 1
limit 3 offset 1;
-- === what only SQLite reads is spaced like the rest
create view v as select cast( a as decimal ( 10 , 2 ) ) , - a , - - a , ~ a , a || b -> '$.x' , a is not distinct from b , "A b" . [c] , x'00' , sum ( a ) filter ( where a>1 ) over ( order by b rows between 1 preceding and current row ) from main . t as u indexed by i cross join json_each ( '[]' ) left outer join ( a natural join b ) using ( x , y )
-- becomes
create view v as
select
  cast(a as decimal(10, 2)),
  -a,
  - -a,
  ~a,
  a || b -> '$.x',
  a is not distinct from b,
  "A b".[c],
  x'00',
  sum(a) filter (where a > 1) over (order by b rows between 1 preceding and current row)
from main.t as u indexed by i
cross join json_each('[]')
left outer join (a natural join b) using (x, y);
-- === comments in lists keep the item they stand beside
create constraint c as select * from t check capacity(a, -- the decision
b, -- its key
-- what it takes
c, d -- what there is
)
-- becomes
create constraint c as
select * from t
check capacity(
  a, -- the decision
  b, -- its key
  -- what it takes
  c, d -- what there is
);
