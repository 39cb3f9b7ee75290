-- A move costs as much as the way from the old machine to the new one ("Machine move cost").
create constraint machine_move_cost as
select * from process as p
join machine_move as v on v.source = p.initial_machine and v.target = p.controllable_machine
cross join move_weight as w
minimize w.machine_move * v.cost
weight 1;
