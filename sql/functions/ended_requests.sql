-- The first requests of a kind that ended before a time, in the order of their keys (batch.purge).
--
-- p_kind: the kind   p_before: the time   p_above: only keys above it; null: all   p_limit: the most of them
-- Returns null if there is none.
--
-- By the index of the history's key alone, up to the last one that is returned. The planner would rather read and sort the whole kind: it
-- expects hardly any request to meet these conditions, and nearly all do. PostgreSQL 15 makes the same mistake for batch.request.
create or replace function batch.ended_requests(p_kind text, p_before timestamptz, p_above bigint, p_limit integer) returns bigint[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set jit = off
as $$
begin
  return (
    select array_agg(ended.request_id) from (
      select h.request_id from batch.history h
      where h.kind = p_kind and h.request_id >= coalesce(p_above, -9223372036854775808) and h.request_id is distinct from p_above
        and h.status in ('SUCCESS', 'DEAD') and h.ended_at < p_before
        and (select true from batch.history l where l.kind = p_kind and l.request_id = h.request_id
          and (l.attempt > h.attempt or l.ended_at >= p_before) limit 1) is null
        and (select true from batch.queue q where q.kind = p_kind and q.request_id = h.request_id limit 1) is null
      order by h.request_id limit p_limit
    ) ended
  );
end
$$;
