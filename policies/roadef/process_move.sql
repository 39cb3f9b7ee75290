-- A process that moves costs what its owner asks for ("Process move cost").
create constraint process_move_cost as
select * from process as p
cross join move_weight as w
where p.controllable_machine <> p.initial_machine
minimize w.process_move * p.move_cost
weight 1;
