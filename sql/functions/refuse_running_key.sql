-- Raises when a row must not be given this key: a Job still works on a previous row, which was deleted, or whose table was truncated (one
-- request has one owner). Also raises what batch.refuse_old_snapshot() does.
--
-- p_kind, p_ids: the requests
create or replace function batch.refuse_running_key(p_kind text, p_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  busy record;
begin
  select q.request_id, q.job_name into busy
  from unnest(p_ids) as wanted (id), batch.kind k, lateral (
    select c.* from batch.queue c where c.kind = k.kind and c.request_id = wanted.id limit 1
  ) q
  where k.kind = p_kind and (q.canceled is not null or q.session_id is not null and q.started_at < k.cleared_at)
  order by q.request_id limit 1;
  if found then
    raise exception 'no row may get the key of % % before its running attempt has ended (one request, one owner); the Job % is working on it',
      p_kind, busy.request_id, busy.job_name using errcode = 'object_in_use';
  end if;
  perform batch.refuse_old_snapshot(p_kind, p_ids);
end
$$;
