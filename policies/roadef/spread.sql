-- The processes of a service stand at so many locations at least ("Spread constraints").
create constraint service_spread as
select * from process as p
join service as s on s.service_id = p.service_id
join machine as m on m.machine_id = p.controllable_machine
group by s.service_id, s.min_spread
check count(distinct m.location) >= s.min_spread;
