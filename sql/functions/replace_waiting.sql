-- A trigger for rows of batch.queue that come from a dump: each replaces the request that was enqueued for the same row of its table
-- and has no attempt yet. Any other request of that key stays, and the row is refused.
-- A running request whose kind was detached is retried if the kind is attached here.
create or replace function batch.replace_waiting() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from batch.queue q where q.kind = new.kind and q.request_id = new.request_id and q.job_name is null and q.attempt = 0;
  if new.session_id is not null and new.canceled = 'its kind was detached'
    and exists (select from batch.kind k where k.kind = new.kind and k.attached)
  then
    new.canceled := null;
  end if;
  return new;
end
$$;
