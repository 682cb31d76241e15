-- A trigger: when an attempt has ended whose row was deleted and inserted again (batch.requeue_later), or whose table was replaced by another,
-- enqueues the row that has its key now. Until then the primary key of batch.queue prevents that.
create or replace function batch.requeue() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Not a condition of the trigger: each request that ends would wait for PostgreSQL to prepare it.
  if old.canceled not in ('its row was inserted again', 'its table was replaced by another') then
    return null;
  end if;
  if not exists (select from batch.kind k where k.kind = old.kind and k.attached) then
    -- The next batch.attach() enqueues it.
    return null;
  end if;
  -- Where the row was inserted again it exists: batch.dequeue() would have changed the reason. A look at the table might wait for a
  -- transaction that waits for this attempt.
  if old.canceled <> 'its row was inserted again' then
    begin
      if cardinality(batch.existing_rows(old.kind, array[old.request_id])) = 0 then
        return null;
      end if;
    exception when others or assert_failure then
      -- The end of the attempt must be recorded. A claim finds out what is wrong with the row.
    end;
  end if;
  insert into batch.queue (kind, request_id, attempt) values (old.kind, old.request_id, old.attempt);
  delete from batch.deleted_request d where d.kind = old.kind and d.request_id = old.request_id;
  return null;
end
$$;
