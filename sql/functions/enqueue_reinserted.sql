-- Enqueues rows that were inserted while a Job worked on a previous row of their key (batch.mark_reinserted), once that attempt has ended. There
-- are at most as many as there were Jobs.
--
-- p_kind: the kind; its attachment must be intact
--
-- Gives way to other transactions, which lock a request's entry in the queue and its mark in another order: after 0.2 s, as PostgreSQL looks
-- for a deadlock after 1 s, all is left to the next poll. A row that is not found keeps its mark: its partition may be detached at the moment.
create or replace function batch.enqueue_reinserted(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
  ids bigint[];
begin
  if not exists (
    select from batch.deleted_request d
    where d.kind = p_kind and d.reinserted
      and (select true from batch.queue q where q.kind = p_kind and q.request_id = d.request_id limit 1) is null
  ) then
    return;
  end if;
  -- The table before the requests, as in batch.sweep().
  perform batch.read_keys(p_kind, null, null, 0, null);
  ids := array(
    select d.request_id from batch.deleted_request d
    where d.kind = p_kind and d.reinserted
      and (select true from batch.queue q where q.kind = p_kind and q.request_id = d.request_id limit 1) is null
    for update skip locked
  );
  perform batch.enqueue_ids(p_kind, batch.existing_rows(p_kind, ids));
exception when lock_not_available then
  -- Another poll enqueues them.
end
$$;
