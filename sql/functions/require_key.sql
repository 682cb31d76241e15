-- The name of the column that is a request's primary key, for a trigger. Raises when the table has lost it: the change could not be
-- followed.
--
-- p_requests: the table, or its partition   p_kind: the kind
--
-- With a snapshot that is older than a partition, the catalogs show neither its key nor that it belongs to the table; pg_partition_root() does.
-- With one that is older than a table which has replaced another, no key is visible: a serialization failure.
create or replace function batch.require_key(p_requests regclass, p_kind text) returns name
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  present regclass := pg_get_replica_identity_index(coalesce(pg_partition_root(p_requests), p_requests));
  key name := coalesce(batch.key_column(p_requests), batch.key_column(pg_partition_root(p_requests)));
begin
  if key is null and current_setting('transaction_isolation') not like 'read %'
    and present is not null and not exists (select from pg_index i where i.indexrelid = present)
  then
    raise exception 'could not serialize access: % was replaced after the transaction''s snapshot', p_requests
      using errcode = 'serialization_failure', hint = 'Repeat the transaction.';
  end if;
  if key is null then
    raise exception '% must have a primary key of one bigint column (it identifies a request): restore it, or select batch.detach(%)',
      p_requests, quote_literal(p_kind) using errcode = 'object_not_in_prerequisite_state';
  end if;
  return key;
end
$$;
