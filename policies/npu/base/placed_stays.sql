-- What is placed stays where it is until its design is to be placed anew.
create constraint placed_stays as
select * from live_part
where status <> 'DECLARED'
check controllable_tile = current_tile;
