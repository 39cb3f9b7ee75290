-- The descheduler moves no more running pods than it may, and none without gain: beside what the policies of
-- higher priority want, it moves as few as possible.
create constraint moves as
select * from leaving_pod as p
cross join scheduler as s
where p.role = 'movable' and p.controllable_node <> p.home
group by s.max_moves
check count(*) <= s.max_moves;

-- Each move costs as much as any other.
create constraint moves_few as
select * from leaving_pod as p
where p.role = 'movable'
minimize p.controllable_node <> p.home
priority 20;
