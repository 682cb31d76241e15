-- Records when the session of a running request was first seen dead (batch.session_is_dead).
--
-- p_kind: the kind
create or replace function batch.suspect_dead(p_kind text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  ctids tid[];
  failed_over constant boolean := batch.has_failed_over(p_kind);
begin
  select array_agg(dead.row_ctid) into ctids from (
    select q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648
      and q.claimed_xid >= (select s.claimed_xid from batch.scaling s where s.kind = p_kind)
      and q.session_id is not null and q.suspected_at is null and (q.lease_until is not null or not failed_over)
      and batch.session_is_dead(q.session_id, q.lease_until)
    for update skip locked
  ) dead;
  if ctids is not null then
    update batch.queue q set suspected_at = now() where q.ctid = any (ctids);
  end if;
end
$$;
