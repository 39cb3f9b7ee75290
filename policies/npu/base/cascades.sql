-- A cascade goes from north to south or from west to east, to the next core.
-- edict:ignore L003 three rules about one connection
create constraint cascade_adjacent as
select * from cascade_link as l
join live_part as s on s.placeable_id = l.source
join live_part as d on d.placeable_id = l.destination
check exists (
  select 1 from cascade_step as c
  where c.source_tile = s.controllable_tile and c.destination_tile = d.controllable_tile);

-- A core reads one cascade: the port in is a single one.
create constraint one_cascade_in as
select * from cascade_link as l
join live_part as d on d.placeable_id = l.destination
group by l.destination
check count(*) <= 1;

-- A core writes one cascade: the port out is a single one.
create constraint one_cascade_out as
select * from cascade_link as l
join live_part as s on s.placeable_id = l.source
group by l.source
check count(*) <= 1;
