-- After a restore into another cluster, the OID of a dropped table may be another table's, which must not be taken for the detached one.

alter table batch.kind add detached_name text;

update batch.kind k set detached_name = format('%I.%I', n.nspname, c.relname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid = k.requests and not k.attached;

comment on column batch.kind.detached_name is 'The name of the table when it was last detached; null: unknown';
