-- Pods of a template that double one another on a node spread over more nodes: descheduler strategy RemoveDuplicates.
create constraint duplicates as
select * from free_pod as p
join open_place as c on c.pod = p.name
where p.template in (
    select o.template from open_pod as o
    where o.name in (select m.name from movable_pod as m where m.reason = 'duplicate'))
  and not exists (select 1 from fixed_pod as f where f.template = p.template and f.node_name = c.node)
  and p.controllable_node = c.node
group by p.template, c.node
maximize count(*) >= 1
priority 40;
