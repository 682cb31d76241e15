-- Whether a part of the running statement was canceled because that part took too long: not by an operator, not because the statement had
-- already used up its time, and not while it waited for a lock, which lock_timeout would have ended sooner.
--
-- p_since: when the part began
create or replace function batch.has_timed_out(p_since timestamptz) returns boolean
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select '0' < lock_timeout and lock_timeout < statement_timeout
    and clock_timestamp() - p_since > greatest(lock_timeout, 0.9 * statement_timeout)
  from (
    select current_setting('lock_timeout')::interval as lock_timeout, current_setting('statement_timeout')::interval as statement_timeout
  ) limits
$$;
