-- A trigger for rows of batch.queue that come from a dump: each replaces the request that was enqueued for the same row of its table
-- and has no attempt yet. Any other request of that key stays, and the row is refused.
create or replace function batch.replace_waiting() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from batch.queue q where q.kind = new.kind and q.request_id = new.request_id and q.job_name is null and q.attempt = 0;
  return new;
end
$$;
