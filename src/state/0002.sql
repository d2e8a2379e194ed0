-- Whether the sink has met the table among those that its configuration names. From then on, leaving the list ends it; a
-- table that was loaded before the list was widened is written meanwhile.
alter table cdc.tables add column followed boolean not null default false;
update cdc.tables t set followed = true
  where state = 'loaded' and exists (select from cdc.position p where p.connector = t.connector);
