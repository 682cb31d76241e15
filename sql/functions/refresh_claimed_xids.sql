-- Gives a new claimed_xid to claimed requests whose own is far behind, so that one long attempt does not hold back the lower bound.
--
-- p_kind: the kind   Far: a thousand transactions, which a scan skips in a fraction of a millisecond.
create or replace function batch.refresh_claimed_xids(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  ctids tid[];
  old constant xid8 := greatest(pg_snapshot_xmax(pg_current_snapshot())::text::numeric - 1000, 0)::text::xid8;
begin
  select array_agg(behind.row_ctid) into ctids from (
    select q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648
      and q.claimed_xid >= (select s.claimed_xid from batch.scaling s where s.kind = p_kind)
      and q.claimed_xid < old
    for update skip locked
  ) behind;
  if ctids is not null then
    update batch.queue q set claimed_xid = pg_current_xact_id() where q.ctid = any (ctids);
  end if;
end
$$;
