-- Stamp and repeat: what a design has several times (`live_repeat`) is laid out the same way each time, so that one
-- layout, once it works, works in every column. The number of a tile ends in two digits of its column and two of its row.
-- Parts alike stand in one row.
-- edict:ignore L003 rows and columns of what repeats
create constraint repeat_rows as
select * from live_repeat as r
minimize r.first_tile % 100 <> r.second_tile % 100
weight 1;

-- Parts alike stand as many columns beside their links.
create constraint repeat_places as
select * from live_repeat as r
-- edict:ignore L011 what is cut off is the row
minimize r.first_tile / 100 - r.first_lead_tile / 100 <> r.second_tile / 100 - r.second_lead_tile / 100
weight 1;
