-- A request whose host is already fixed keeps it (thesis listing 6.1).
create constraint placed_constraint as
select * from pending
where status = 'PLACED'
check current_dkernel = controllable_dkernel;
