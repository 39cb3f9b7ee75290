-- Fifos in shared memory rather than through DMA.
create constraint share_memory as
select * from live_shareable
maximize controllable_sharing > 0
weight 1;
