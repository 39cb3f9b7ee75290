-- Neighbours share memory, others use DMA; whose memory it is follows from where they stand.
create constraint sharing as
select * from live_shareable as f
check (f.controllable_sharing = 1) = exists (
    select 1 from shared_memory as m
    where m.sharing = 1
      and m.producer_tile = f.producer_tile
      and m.consumer_tile = f.consumer_tile)
  and (f.controllable_sharing = 2) = exists (
    select 1 from shared_memory as m
    where m.sharing = 2
      and m.producer_tile = f.producer_tile
      and m.consumer_tile = f.consumer_tile);
