-- A design that is placed anew leaves as many parts as possible where they were.
create constraint few_moves as
select * from live_part
where status = 'DECLARED' and previous_tile is not null
minimize controllable_tile <> previous_tile
weight 1;
