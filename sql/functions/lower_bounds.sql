-- A trigger, when a transaction commits in which batch.prioritize() was called: lowers the lower bound of the waiting requests, as
-- batch.release() does.
create or replace function batch.lower_bounds() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from batch.prioritized p where p.kind = new.kind and p.request_id = new.request_id;
  perform from batch.scaling s where s.kind = new.kind for no key update;
  update batch.scaling s set waiting_xid = '0', waiting_id = -9223372036854775808 where s.kind = new.kind;
  return null;
end
$$;
