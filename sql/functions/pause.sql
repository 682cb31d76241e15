-- Pauses a kind until batch.resume(): running requests continue, and no waiting one is claimed, neither by a Job that exists already nor by
-- one that has just ended another. A request that fails meanwhile may still be retried by its own Job. For members of the owner of the
-- schema.
--
-- p_kind: the kind   p_reason: why; batch.status shows it as the problem, with the statement that ends the pause (null: who paused it)
-- Pausing a paused kind replaces the reason.
create or replace function batch.pause(p_kind text, p_reason text default null) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  least_key constant bigint := -9223372036854775808;
begin
  if not (batch.require_kind(p_kind)).attached then
    raise exception 'kind must be attached (requests of a detached kind are not run); got %, which is detached', quote_literal(p_kind);
  end if;
  update batch.kind k
  set problem = format('paused: %s (to continue: select batch.resume(%L))', coalesce(p_reason, 'by ' || session_user), p_kind),
      problem_since = case when batch.is_paused(k.problem) then k.problem_since else now() end,
      -- The problem that it had is no longer shown; once it is solved, its rows are checked (batch.maintain).
      unqueued_above = case when k.problem is null or batch.is_paused(k.problem) then k.unqueued_above else coalesce(k.unqueued_above, least_key) end
  where k.kind = p_kind;
end
$$;
