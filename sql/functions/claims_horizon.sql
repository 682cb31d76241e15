-- The lower bound of every claimed_xid that a later snapshot may show for the first time (batch.advance_bounds): the oldest running
-- transaction that may be a claim. One that has only written to other tables, and stays open, cannot be a claim: every claim, and every
-- other function that sets claimed_xid, reads batch.kind before it gets its transaction ID, and so holds a lock on that table until it ends.
--
-- At read committed the caller's next statement sees what has ended by then. A transaction counts as running a moment before it has locked
-- its ID: until then it is taken for a claim. pg_locks is read only when the oldest one is far behind.
create or replace function batch.claims_horizon() returns xid8
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  snapshot constant pg_snapshot := pg_current_snapshot();
  oldest xid8;
begin
  if pg_snapshot_xmax(snapshot)::text::numeric - pg_snapshot_xmin(snapshot)::text::numeric < 1000
    or current_setting('transaction_isolation') not like 'read %'
  then
    return pg_snapshot_xmin(snapshot);
  end if;
  select running.xid into oldest
  from pg_snapshot_xip(snapshot) as running (xid)
  where not exists (
    select from pg_locks own
    where own.locktype = 'transactionid' and own.transactionid = running.xid::xid and own.granted
      and own.virtualtransaction not in (
        select reader.virtualtransaction from pg_locks reader
        where reader.locktype = 'relation' and reader.relation = 'batch.kind'::regclass
          and reader.database = (select d.oid from pg_database d where d.datname = current_database())
      )
  )
  order by running.xid limit 1;
  return least(oldest, pg_current_xact_id_if_assigned(), pg_snapshot_xmax(snapshot));
end
$$;
