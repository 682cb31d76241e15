-- Gives a claimed_xid to claimed requests that have none: rows of the queue that batch.claim() did not write. Without it no scan of
-- claimed requests would see them, and a dead worker's request would stay forever.
--
-- p_kind: the kind   Index: queue_claimed
create or replace function batch.set_missing_claimed_xids(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  ctids tid[];
begin
  select array_agg(missing.row_ctid) into ctids from (
    select q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.claimed_xid is null
    for update skip locked
  ) missing;
  if ctids is not null then
    update batch.queue q set claimed_xid = pg_current_xact_id() where q.ctid = any (ctids);
  end if;
end
$$;
