-- A lock counts up to the depth of its fifo times its repeats.
create constraint lock_value as
select * from live_part
check lock_value <= lock_value_max;
