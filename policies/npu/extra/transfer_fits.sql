-- The pattern of a transfer is one buffer descriptor as it is written, so that the compiler has nothing to cut.
create constraint transfer_fits as
select * from transfer_fit as t
join design as d on d.name = t.design
where d.status in ('DECLARED', 'PLACED', 'RESOLVED')
check t.fits = 1;
