-- A trigger: when an attempt on a row of the kind's previous table has ended, enqueues the row that has its key in the present one. Until then
-- the primary key of batch.queue prevents that.
create or replace function batch.requeue() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Not a condition of the trigger: each request that ends would wait for PostgreSQL to prepare it.
  if old.canceled <> 'its table was replaced by another' then
    return null;
  end if;
  begin
    if cardinality(batch.existing_rows(old.kind, array[old.request_id])) = 0 then
      return null;
    end if;
  exception when others or assert_failure then
    -- The end of the attempt must be recorded. A claim finds out what is wrong with the row.
  end;
  insert into batch.queue (kind, request_id, attempt) values (old.kind, old.request_id, old.attempt);
  delete from batch.deleted_request d where d.kind = old.kind and d.request_id = old.request_id;
  return null;
end
$$;
