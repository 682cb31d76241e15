-- For `pg_restore --data-only` into a migrated database: the rows of batch.migration and the like already exist, and a table of
-- requests may be filled before batch.queue, which would then refuse all of its rows because of one.

create trigger skip_restored before insert on batch.migration
  for each row when (current_query() ilike 'copy %') execute function batch.skip_restored('version');
create trigger skip_restored before insert on batch.function
  for each row when (current_query() ilike 'copy %') execute function batch.skip_restored('name');
create trigger skip_restored before insert on batch.kind
  for each row when (current_query() ilike 'copy %') execute function batch.skip_restored('kind');
create trigger skip_restored before insert on batch.scaling
  for each row when (current_query() ilike 'copy %') execute function batch.skip_restored('kind');

-- A row that batch.enqueue_ids() writes has the number of the inserting transaction.
create trigger replace_waiting before insert on batch.queue
  for each row when (new.enqueued_xid <> pg_current_xact_id()) execute function batch.replace_waiting();
