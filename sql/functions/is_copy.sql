-- Whether a trigger has fired on a table that is not its kind's: a copy with the same triggers, as pg_dump of one table makes when it is
-- restored under another name. What happens to its rows must not end the requests of the kind.
--
-- p_requests: the table, or its partition   p_kind: the kind
--
-- Not above read committed: the transaction's snapshot may be older than batch.attach(). Not asked for inserted rows, where it would cost a
-- tenth of the insert: a request without a row only ends when it is claimed.
-- PostgreSQL runs read uncommitted as read committed: everywhere both are meant (like 'read %').
create or replace function batch.is_copy(p_requests regclass, p_kind text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return current_setting('transaction_isolation') like 'read %'
    and not exists (select from batch.kind k where k.kind = p_kind and k.requests in (p_requests, pg_partition_root(p_requests)));
end
$$;
