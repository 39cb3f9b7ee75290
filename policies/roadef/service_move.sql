-- Moves are shared among services: what counts is the service with the most of them ("Service move cost").

-- Processes of each service that move.
create view moved_of_service as
select p.service_id, count(*) as moved from process as p
where p.controllable_machine <> p.initial_machine
group by p.service_id;

-- The most that any service moves.
create constraint service_move_cost as
select * from moved_of_service as s
cross join move_weight as w
group by w.service_move
minimize w.service_move * max(s.moved)
weight 1;
