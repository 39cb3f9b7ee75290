-- The rebalancing layer: every so many periods a linear program moves quotas on from where the rules have left them.

-- A quota moves no further than its container's reports bear out.
-- edict:ignore L003 five policies make one layer
create constraint within_range as
select * from container
join rebalance_range on rebalance_range.container_id = container.container_id
check container.controllable_quota_us between rebalance_range.floor_us and rebalance_range.ceiling_us;

-- Limits of memory are left to the rules.
create constraint same_limit as
select * from container
check controllable_limit_pages = limit_pages;

-- Who was throttled is fed, the more often the rather.
create constraint feed as
select * from container
join rebalance_range on rebalance_range.container_id = container.container_id
where rebalance_range.throttle_sum > 0
maximize rebalance_range.throttle_sum * container.controllable_quota_us
weight 1;

-- What is not used is given back.
create constraint tight as
select * from container
where ended_us is null
minimize controllable_quota_us
weight 0.5;

-- Nothing moves without a gain.
create constraint calm as
select * from container
where ended_us is null
minimize max(controllable_quota_us - quota_us, quota_us - controllable_quota_us)
weight 0.1;
