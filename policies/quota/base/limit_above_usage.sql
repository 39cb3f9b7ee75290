-- No limit is lowered to what its container uses, or below: the kernel would refuse it.
create constraint limit_above_usage as
select * from container
where ended_us is null
check controllable_limit_pages > usage_pages
  or controllable_limit_pages >= limit_pages;
