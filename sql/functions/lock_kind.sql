-- Locks the row of a kind in order to change it, without waiting for another transaction that has locked it.
--
-- p_kind: the kind; its attachment must be intact   Returns whether it is locked; if not, a later poll tries again.
--
-- The table comes first, because a TRUNCATE locks it before its trigger locks this row; reading no rows locks it.
create or replace function batch.lock_kind(p_kind text) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform batch.read_keys(p_kind, null, null, 0, null);
  perform from batch.kind k where k.kind = p_kind for no key update skip locked;
  return found;
end
$$;
