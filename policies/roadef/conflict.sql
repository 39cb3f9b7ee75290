-- Processes of one service stand on different machines ("Conflict constraints").
create constraint service_conflict as
select * from process as p
group by p.service_id
check all_different(p.controllable_machine);
