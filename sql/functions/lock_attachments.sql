-- Lets one transaction at a time attach or detach tables: two that replaced batch.call_reader() at once would fail. Taken before any
-- lock on a table, so that a transaction that waits for it blocks no writers and cannot deadlock.
create or replace function batch.lock_attachments() returns void
language sql volatile
begin atomic
  select pg_advisory_xact_lock(1650553955, -1);  -- 'batc' in ASCII; sessions are positive
end;
