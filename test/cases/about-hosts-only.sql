-- Says nothing about requests.
create constraint some_core as select * from host check cores > 0;
