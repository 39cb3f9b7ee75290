-- Wires as short as they can be, by the half perimeter of the tiles of each fifo; a shared fifo has no wire.
-- edict:ignore L003 one measure: wires of DMA and wires that might be shared
create constraint short_nets as
select * from live_net_end as e
join live_tile as t on t.tile_id = e.controllable_tile
group by e.fifo_id
minimize coalesce(max(t.col) - min(t.col) + max(t.row) - min(t.row), 0)
weight 1;

-- A fifo that neighbours could share and do not has a wire, too.
create constraint short_unshared as
select * from live_shareable as f
join live_tile as p on p.tile_id = f.producer_tile
join live_tile as c on c.tile_id = f.consumer_tile
where f.controllable_sharing = 0
minimize abs(p.col - c.col) + abs(p.row - c.row)
weight 1;
