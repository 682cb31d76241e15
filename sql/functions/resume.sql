-- Ends the pause of a kind (batch.pause): its waiting requests are claimed again. For members of the owner of the schema.
--
-- p_kind: the kind   Returns false when it was not paused; another problem that it has stays.
create or replace function batch.resume(p_kind text) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform batch.require_kind(p_kind);
  update batch.kind k set problem = null, problem_since = null where k.kind = p_kind and batch.is_paused(k.problem);
  return found;
end
$$;
