-- Whether a table, or a partition of it, receives rows from a subscription of logical replication, and the queue does not: a subscriber of
-- everything also gets the requests from the publisher.
create or replace function batch.is_subscribed(p_requests regclass) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from pg_subscription_rel s where s.srrelid in (select t.relation from batch.partition_tree(p_requests) t)
  ) and not exists (select from pg_subscription_rel s where s.srrelid = to_regclass('batch.queue'));
end
$$;
