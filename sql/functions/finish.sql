-- For a program's own transaction: ends the request with SUCCESS together with the transaction's other effects. Raises as
-- batch.own(), except for an attempt that it has already finished: then it returns false and changes nothing. A program that has lost the
-- answer to its commit may thus repeat the whole transaction. Its effects must not be written twice: a transaction that has written
-- something, or whose current statement also writes, is refused, and any other becomes read-only. A statement locks the tables that it
-- writes before it calls any function. A subtransaction (a savepoint, an exception block) is refused as well: what it sets to read-only is
-- writable again once it is released.
--
-- The attempt ends at this call: the transaction may have begun long before.
--
-- p_token: BATCH_TOKEN   p_result: any JSON of at most 64 KiB; null: nothing   Returns true when this call has ended the request.
create or replace function batch.finish(p_token text, p_result jsonb default null) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  finished batch.queue;
  history_ctid tid;
  finished_xid xid;
  lock_xid xid;
begin
  perform batch.check_token(p_token);
  if octet_length(p_result::text) > 65536 then
    raise exception 'a result must be at most 65536 bytes of JSON (it is kept in the history); got %', octet_length(p_result::text)
      using errcode = 'program_limit_exceeded';
  end if;
  -- The history is read only where it matters: serializable transactions of different programs must not conflict. In a read-only
  -- transaction, such as one that an earlier call has made so, nothing can be locked.
  if current_setting('transaction_read_only')::boolean or batch.lock_token(p_token) is null then
    select h.ctid, h.xmin into history_ctid, finished_xid from batch.history h
    where h.kind = split_part(p_token, ':', 1) and h.request_id = split_part(p_token, ':', 2)::bigint
      and h.attempt = split_part(p_token, ':', 3)::integer and h.status = 'SUCCESS';
    if not found then
      perform batch.own(p_token);
    elsif finished_xid is distinct from pg_current_xact_id_if_assigned()::xid
      and current_setting('postgres_batch.finished', true) is distinct from p_token -- by a subtransaction of this one
      and not current_setting('transaction_read_only')::boolean
    then
      if pg_current_xact_id_if_assigned() is null then
        -- In a subtransaction, the lock has another ID than the transaction.
        perform from batch.history h where h.ctid = history_ctid for update;
        select h.xmax into lock_xid from batch.history h where h.ctid = history_ctid;
      end if;
      if lock_xid is distinct from pg_current_xact_id()::xid or exists (
        select from pg_locks l where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.mode = 'RowExclusiveLock'
      ) then
        raise exception 'the attempt was finished by an earlier transaction (its effects must not be written twice)'
          using errcode = 'object_not_in_prerequisite_state', hint = 'Roll back and exit with 0.';
      end if;
      perform set_config('transaction_read_only', 'on', true);
    end if;
    return false;
  end if;
  delete from batch.queue q
  where q.kind = split_part(p_token, ':', 1) and q.request_id = split_part(p_token, ':', 2)::bigint
  returning q.* into finished;
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, ended_at, status, job_name, pod_name, result, progress
  ) values (
    finished.kind, finished.request_id, finished.attempt, finished.session_id, finished.created_at, finished.started_at, clock_timestamp(),
    'SUCCESS', finished.job_name, finished.pod_name, p_result, finished.progress
  );
  perform set_config('postgres_batch.finished', p_token, true);
  return true;
end
$$;
