-- Whether this session applies changes of a subscription to the queue itself: then the requests come from the publisher, and a trigger that
-- always fires must not enqueue or change them as well. The subscription's session would fail at the second entry, again and again.
--
-- Called only where session_replication_role is replica: all other sessions are spared the call.
create or replace function batch.replicates_queue() returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (select from pg_subscription_rel s where s.srrelid = 'batch.queue'::regclass);
end
$$;
