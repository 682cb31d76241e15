-- After a restore into another cluster, the number of a dropped table may be another table's, which must not be taken for a detached one.

alter table batch.kind add detached_name text;

update batch.kind k set detached_name = k.requests::text
where not k.attached and exists (select from pg_class c where c.oid = k.requests);

comment on column batch.kind.detached_name is 'The name of the table when it was last detached';
