--
-- PostgreSQL database dump
--



SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: batch; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA batch;


--
-- Name: SCHEMA batch; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON SCHEMA batch IS 'postgres-batch: requests claimed, run and recorded, one attempt at a time';


--
-- Name: accept_reinserted(text, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.accept_reinserted(p_kind text, p_request bigint) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  begin
    if cardinality(batch.existing_rows(p_kind, array[p_request])) = 0 then
      return false;
    end if;
  exception
    when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
      raise;
    when others or assert_failure then
      -- The claim finds out what is wrong with the row.
  end;
  delete from batch.deleted_request d where d.kind = p_kind and d.request_id = p_request;
  return found or exists (
    select from batch.kind k
    where k.kind = p_kind
      and k.cleared_at >= (select max(h.ended_at) from batch.history h where h.kind = p_kind and h.request_id = p_request)
  );
end
$$;


--
-- Name: advance_bounds(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.advance_bounds(p_kind text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  bounds batch.scaling;
  horizon xid8;
  claims_horizon xid8;
  waiting record;
  claimed xid8;
begin
  select * into bounds from batch.scaling s where s.kind = p_kind for no key update skip locked;
  if not found then
    return;
  end if;
  horizon := pg_snapshot_xmin(pg_current_snapshot());
  claims_horizon := batch.claims_horizon();
  select q.enqueued_xid as xid, q.request_id as id into waiting from batch.queue q
  where q.kind = p_kind and q.job_name is null and q.available_at is null
    and (q.enqueued_xid, q.request_id) >= (bounds.waiting_xid, bounds.waiting_id)
  order by q.enqueued_xid, q.request_id limit 1;
  if waiting.xid is null or waiting.xid >= horizon then
    waiting.xid := horizon;
    waiting.id := -9223372036854775808;
  end if;
  select q.claimed_xid into claimed from batch.queue q
  where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.claimed_xid >= bounds.claimed_xid
  order by q.claimed_xid limit 1;
  claimed := least(claimed, claims_horizon);
  if (bounds.waiting_xid, bounds.waiting_id, bounds.claimed_xid) is distinct from (waiting.xid, waiting.id, claimed) then
    update batch.scaling s
    set waiting_xid = waiting.xid, waiting_id = waiting.id, claimed_xid = claimed
    where s.kind = p_kind;
  end if;
end
$$;


--
-- Name: announce_stop(text, text, bigint, integer, integer, double precision); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.announce_stop(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_seconds double precision) RETURNS SETOF boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  locked boolean := batch.lock_attempt(p_kind, p_job, p_request, p_attempt, p_session);
begin
  if locked then
    update batch.queue q set stopping_until = now() + make_interval(secs => p_seconds)
    where q.kind = p_kind and q.request_id = p_request;
  end if;
  if locked is not null then
    return next locked;
  end if;
end
$$;


--
-- Name: attach(regclass, text, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.attach(p_requests regclass, p_kind text, p_timeout_column name DEFAULT NULL::name) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  reader name;
  namespace oid;
  intact boolean;
begin
  if p_kind is null or p_kind !~ '^[a-z][a-z0-9_]{0,39}$' then
    raise exception 'kind must be 1 to 40 of a-z, 0-9 and _, a letter first (it names the handler''s file); got %',
      coalesce(quote_literal(p_kind), 'null');
  end if;
  -- First: the table may be dropped or changed while this waits.
  perform batch.lock_attachments();
  perform batch.refuse_table(p_requests, p_timeout_column);
  perform batch.require_owner(p_requests);

  intact := batch.is_attached(p_requests, p_kind, p_timeout_column);
  if intact then
    begin
      -- The table before the row of the kind, as a TRUNCATE locks them. It may be changed while this waits.
      execute format('lock table %s in access share mode', p_requests);
      intact := batch.is_attached(p_requests, p_kind, p_timeout_column) and not batch.has_unqueued(p_kind);
      if not intact then
        raise exception using errcode = 'BA002';
      end if;
    exception when sqlstate 'BA002' then
      -- This releases the lock: a transaction that has written to the table, which the next lock waits for, may wait for it.
    end;
  end if;
  if not intact then
    -- Until the end of the transaction no other session writes: no row is missed between the existing ones and the trigger.
    execute format('lock table %s in share row exclusive mode', p_requests);
  end if;
  perform batch.register(p_kind, p_requests, p_timeout_column);

  reader := batch.reader_role(p_requests);
  namespace := (select c.relnamespace from pg_class c where c.oid = p_requests);
  if not has_table_privilege(reader, p_requests, 'select') then
    execute format('grant select on table %s to %I', p_requests, reader);
  end if;
  if not has_schema_privilege(reader, namespace, 'usage') then
    execute format('grant usage on schema %s to %I', namespace::regnamespace, reader);
  end if;
  perform batch.create_policy(p_kind, p_requests, reader);
  perform batch.create_readers(p_kind, p_requests, p_timeout_column);
  if not intact then
    perform batch.create_triggers(p_kind, p_requests);
    perform batch.complete_attachment(p_kind);
  end if;
end
$_$;


--
-- Name: attachment_problem(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.attachment_problem(p_kind text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $_$
declare
  attached record;
  reader name;
  reattach text;
  wanted name[];
  present name[];
  missing text;
  reset text;
begin
  select k.attached, k.requests, k.timeout_column, c.oid is not null as exists, c.relkind, c.relpersistence, c.relnamespace,
         exists (select from batch.scaling s where s.kind = k.kind) and to_regclass('batch.arrivals_' || p_kind) is not null as complete,
         exists (select from pg_inherits i where i.inhrelid = k.requests or i.inhparent = k.requests) as inherits
  into attached
  from batch.kind k left join pg_class c on c.oid = k.requests
  where k.kind = p_kind;
  if not found or not attached.complete then
    return format('kind %L is not attached: select batch.attach(''TABLE'', %L)', p_kind, p_kind);
  end if;
  if not attached.attached then
    return format('kind %L is detached: select batch.attach(''TABLE'', %L)', p_kind, p_kind);
  end if;
  if not attached.exists then
    return format('the table of kind %L was dropped: create it and attach it again, or select batch.detach(%L)', p_kind, p_kind);
  end if;
  reattach := format('select batch.attach(%L, %L%s)', attached.requests, p_kind,
    case when attached.timeout_column is null then '' else format(', %L', attached.timeout_column) end);
  if batch.key_column(attached.requests) is null then
    return format('%s no longer has a primary key of one bigint column: restore it, then %s', attached.requests, reattach);
  end if;
  if attached.timeout_column is not null and not batch.is_timeout_column(attached.requests, attached.timeout_column) then
    return format('%1$s no longer has the numeric column %2$I with the timeouts: select batch.attach(%1$L, %3$L, ''COLUMN''), or without one: select batch.attach(%1$L, %3$L)',
      attached.requests, attached.timeout_column, p_kind);
  end if;
  if attached.relpersistence <> 'p' then
    return format('%s is no longer a permanent table: alter table %s set logged (and truncate it if the server has crashed meanwhile, which empties it)', attached.requests, attached.requests);
  end if;
  if attached.relkind = 'p' and batch.unlogged_partition(attached.requests) is not null then
    return format('%1$s is an unlogged partition (a crash of the server empties it): alter table %1$s set logged (and truncate it if that has happened)', batch.unlogged_partition(attached.requests));
  end if;
  if attached.relkind = 'r' and attached.inherits then
    return format('%s is now part of table inheritance or of a partitioned table (not every row fires its triggers): undo that, or select batch.detach(%L)',
      attached.requests, p_kind);
  end if;

  wanted := array['batch_' || p_kind, 'batch_' || p_kind || '$delete', 'batch_' || p_kind || '$key', 'batch_' || p_kind || '$truncate'];
  present := array(
    select t.tgname from pg_trigger t
    where t.tgrelid = attached.requests and t.tgname = any (wanted) and not t.tgisinternal and t.tgenabled in ('O', 'A')
  );
  if not present @> wanted then
    select string_agg(w.name, ', ' order by w.ordinal) into missing
    from unnest(wanted) with ordinality as w (name, ordinal) where w.name <> all (present);
  end if;
  if missing is null and attached.relkind = 'p' then
    select min(format('%s of %s', t.tgname, t.tgrelid::regclass)) into missing
    from batch.triggers(attached.requests, p_kind) t where t.tgenabled not in ('O', 'A');
  end if;
  if missing is not null then
    if exists (
      select from unnest(array['enqueue', 'enqueue_row', 'dequeue', 'dequeue_row', 'dequeue_all', 'rekey']) f
      where to_regprocedure(format('batch.%I()', f)) is null
    ) then
      return format('%s lacks the trigger %s, whose function was dropped: run the migration, then %s', attached.requests, missing, reattach);
    end if;
    return format('%s lacks the trigger %s, or it is disabled: %s', attached.requests, missing, reattach);
  end if;
  if not exists (
    select from pg_trigger t
    join pg_depend d on d.classid = 'pg_trigger'::regclass and d.objid = t.oid and d.refobjid = t.tgrelid
    join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where t.tgrelid = attached.requests and t.tgname = 'batch_' || p_kind || '$key' and a.attname = batch.key_column(attached.requests)
  ) then
    return format('the primary key of %s is another column than when it was attached (its changes are not followed): %s',
      attached.requests, reattach);
  end if;
  reset := batch.replication_role_reset();
  if reset is not null and exists (select from batch.triggers(attached.requests, p_kind) t where t.tgenabled <> 'A') then
    return format('no session fires the triggers of %s (session_replication_role is replica): %s, and let applications connect again',
      attached.requests, reset);
  end if;
  -- Most databases have no subscription, so no poll must look for the partitions.
  if exists (select from pg_subscription_rel) and batch.is_subscribed(attached.requests) and exists (
    select from batch.triggers(attached.requests, p_kind) t
    where t.tgenabled <> 'A' or (t.tgtype & 1 = 0 and t.tgname <> 'batch_' || p_kind || '$truncate')
  ) then
    return format('%s receives rows from a subscription, which fires other triggers than an insert: %s', attached.requests, reattach);
  end if;
  reader := batch.reader_role(attached.requests);
  -- The readers of an earlier version were not volatile, and relied on their callers to wait for the table.
  if 2 <> (
    select count(*) from pg_proc f
    where f.pronamespace = 'batch'::regnamespace and f.proname in ('row$' || p_kind, 'keys$' || p_kind) and f.prosecdef and f.provolatile = 'v'
      and not f.proisstrict
      and pg_get_userbyid(f.proowner) = reader and has_function_privilege(f.oid, 'execute')
      and not has_function_privilege('public', f.oid, 'execute')
  ) then
    return format(
      '%s is not read with its owner''s rights and by the queue alone (its owner may have changed, or its readers are an earlier version''s, or were restored without privileges): %s',
      attached.requests, reattach);
  end if;
  if not has_table_privilege(reader, attached.requests, 'select') or not has_schema_privilege(reader, attached.relnamespace, 'usage') then
    return format('%I cannot select from %s: %s', reader, attached.requests, reattach);
  end if;
  if batch.row_security_applies(attached.requests, reader) then
    -- REASSIGN OWNED gives the table and its readers another owner, and leaves the policy to the previous one.
    if not exists (
      select from pg_policy p
      where p.polrelid = attached.requests and p.polname = 'batch_' || p_kind and p.polroles @> array[to_regrole(quote_ident(reader))::oid]
    ) then
      return format('row level security hides rows of %s from %I: %s', attached.requests, reader, reattach);
    end if;
    if exists (
      select from pg_policy p
      where p.polrelid = attached.requests and not p.polpermissive and p.polcmd in ('r', '*') and exists (
        select from unnest(p.polroles) as role (id) where role.id = 0 or pg_has_role(reader, role.id, 'usage')
      )
    ) then
      return format('a restrictive policy may hide rows of %s from %I, which must see all of them: drop it, or limit it to other roles',
        attached.requests, reader);
    end if;
  end if;
  return null;
end
$_$;


--
-- Name: backoff(integer, integer, double precision); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.backoff(p_failures integer, p_backoff_limit integer, p_backoff_seconds double precision) RETURNS interval
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (p_failures >= p_backoff_limit) THEN '00:00:00'::interval ELSE make_interval(secs => LEAST((p_backoff_seconds * ((2)::double precision ^ (LEAST(p_failures, 30))::double precision)), (600)::double precision)) END;


--
-- Name: call_reader(text, regclass, name, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.call_reader(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) RETURNS record
    LANGUAGE plpgsql
    AS $_$
declare
  found_row record;
begin
if p_kind = 'clap' then
  return batch."row$clap"(p_requests, p_timeout_column, p_request);
end if;
  execute format('select r.request, r.timeout_seconds from batch.%I($1, $2, $3) r', 'row$' || p_kind) into found_row
  using p_requests, p_timeout_column, p_request;
  return found_row;
end
$_$;


--
-- Name: cancel(text, bigint, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.cancel(p_kind text, p_request bigint, p_reason text DEFAULT 'canceled'::text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  queued batch.queue;
  latest batch.history;
  why text := coalesce(p_reason, 'canceled');
begin
  if why in ('its kind was detached', 'its table was replaced by another') then
    raise exception 'the reason must be another one (by this one the queue recognizes requests that run again later); got %', why;
  end if;
  perform batch.require_kind(p_kind);
  perform batch.require_request(p_kind, p_request);
  if exists (select from batch.deleted_request d where d.kind = p_kind and d.request_id = p_request and d.reinserted) then
    -- Its row waits for a poll (batch.mark_reinserted), unless the attempt on the previous one still runs.
    perform batch.enqueue_ids(p_kind, batch.existing_rows(p_kind, array[p_request]));
  end if;
  select * into queued from batch.queue q where q.kind = p_kind and q.request_id = p_request for update;
  if not found then
    select * into latest from batch.history h
    where h.kind = p_kind and h.request_id = p_request order by h.attempt desc limit 1;
    raise exception '% % must be unfinished to be canceled; got %', p_kind, p_request, coalesce(latest.status, 'no such request');
  end if;
  if queued.job_name is not null and queued.session_id is not null then
    update batch.queue q set canceled = why where q.kind = p_kind and q.request_id = p_request;
    return queued.job_name;
  end if;
  delete from batch.queue q where q.kind = p_kind and q.request_id = p_request;
  -- A row of its own, also after an attempt that was to be retried: that one ended earlier, perhaps long ago (batch.purge). It ends now, and
  -- not when this transaction began: the table may have been truncated since (batch.clear_kind).
  insert into batch.history (kind, request_id, attempt, created_at, started_at, ended_at, status, reason, error)
  select p_kind, p_request, 1 + greatest(0, queued.attempt, max(h.attempt)), coalesce(queued.created_at, now()), now(), clock_timestamp(),
         'DEAD', 'canceled', why
  from batch.history h where h.kind = p_kind and h.request_id = p_request;
  return null;
end
$$;


--
-- Name: check_token(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.check_token(p_token text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
  if (p_token ~ '^[a-z][a-z0-9_]*:-?[0-9]{1,19}:[0-9]{1,10}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') is not true then
    raise exception 'the token must be the value of BATCH_TOKEN (it proves that a program works on an attempt); got %',
      case when p_token is null then 'null' when p_token = '' then 'an empty text' else 'another text' end
      using errcode = 'invalid_parameter_value';
  end if;
end
$_$;


--
-- Name: checkpoint(text, jsonb); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.checkpoint(p_token text, p_value jsonb) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  owned bigint := batch.own(p_token);
begin
  if octet_length(p_value::text) > 65536 then
    raise exception 'a checkpoint must be at most 65536 bytes of JSON (it is written with every attempt); got %',
      octet_length(p_value::text) using errcode = 'program_limit_exceeded';
  end if;
  update batch.queue q set checkpoint = p_value where q.kind = split_part(p_token, ':', 1) and q.request_id = owned;
  return owned;
end
$$;


--
-- Name: claim(text, text, text, integer, integer[], double precision, double precision, double precision, integer, boolean, boolean); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.claim(p_kind text, p_job text, p_pod text, p_session integer, p_limits integer[], p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision, p_job_finished integer, p_arriving boolean, p_next boolean DEFAULT false) RETURNS TABLE(request_id bigint, attempt integer, job_finished integer, request text, token uuid, checkpoint jsonb, timeout_seconds double precision)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  kind_row record;   -- null unless the kind, the Job, the limits and the settings of the session and the database are ordinary
  waiting record;    -- the first waiting request
  found_row record;  -- its row
  unread bigint;     -- the first waiting request, if it is left to the slow path
  unread_since timestamptz;
  detail text;       -- of an error
begin
  -- age_zero: the transaction ID whose age() is 0, from which that of an xmax is computed.
  -- oldest_age: the age() of the oldest running transaction.
  select kind.requests, kind.timeout_column, s.waiting_xid, s.waiting_id, pg_current_snapshot() as snapshot,
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint + age(pg_snapshot_xmax(pg_current_snapshot())::xid) as age_zero,
    age(pg_snapshot_xmin(pg_current_snapshot())::xid) as oldest_age,
    case
      when p_next then p_job_finished
      else greatest(p_job_finished, (select j.finished from batch.job j where j.kind = p_kind and j.job_name = p_job))
    end as job_finished,
    case
      when p_lease_seconds is null and not batch.lock_session(p_session) then false
      when p_arriving then nextval(to_regclass('batch.arrivals_' || p_kind)) is not null
      else true
    end as may_claim
  into kind_row
  from batch.kind kind join batch.scaling s on s.kind = kind.kind
  where kind.kind = p_kind and kind.attached and kind.problem is null and (p_next or kind.unqueued_above is null)
    and s.running_limit is null and s.waiting_xid <= pg_snapshot_xmax(pg_current_snapshot())
    and array_dims(p_limits) = '[1:4]' and 0 <= all (p_limits)
    and batch.has_worker_settings() and getdatabaseencoding() = 'UTF8'
    and (p_next or not exists (select from batch.queue c where c.kind = p_kind and c.job_name = p_job));
  if kind_row.may_claim then
    -- A request is passed over if a running transaction has locked it (its xmax): with 100 sessions, trying to lock what others have would
    -- take a third of a claim. After a shared lock, xmax is the ID of a multixact, which PostgreSQL counts separately. So xmax only
    -- matters if a running transaction can have that ID: up to 100,000 above the snapshot, which is a moment older than the lock.
    -- Where only requests that are passed over wait, the slow path tries to lock them.
    -- The outer select is evaluated once, the inner one for each request that is passed over.
    select c.row_ctid, c.request_id, c.attempt, clock_timestamp() as locked_at,
      c.attempt between 0 and 2147483646 and (c.attempt = 0 or c.created_at is not null) and c.canceled is null and c.suspected_at is null
      and not exists (
        select from batch.history h where h.kind = p_kind and h.request_id = c.request_id and h.attempt > c.attempt
      ) as ordinary
    into waiting
    from (
      select q.ctid as row_ctid, q.request_id, q.attempt, q.created_at, q.canceled, q.suspected_at
      from batch.queue q
      where q.kind = p_kind and q.job_name is null and q.available_at is null
        and (q.enqueued_xid, q.request_id) >= (kind_row.waiting_xid, kind_row.waiting_id)
        and (q.xmax = '0' or age(q.xmax) not between -100000 and kind_row.oldest_age
          or pg_visible_in_snapshot((kind_row.age_zero - age(q.xmax))::text::xid8, kind_row.snapshot))
      order by q.enqueued_xid, q.request_id limit 1 for update skip locked
    ) c;
    if waiting.ordinary then
      begin
        found_row := batch.call_reader(p_kind, kind_row.requests, kind_row.timeout_column, waiting.request_id);
        if pg_catalog.current_setting('search_path') operator(pg_catalog.<>) 'pg_catalog, pg_temp' then
          perform batch.refuse_search_path(kind_row.requests);
        end if;
        waiting.ordinary := octet_length(found_row.request) <= 67108864 and (found_row.timeout_seconds between 0 and 604800) is not false;
      exception
        when query_canceled then
          if not batch.has_timed_out(waiting.locked_at) then
            raise;
          end if;
          perform batch.end_failed_read(
            p_kind, waiting.request_id, waiting.attempt + 1, p_session, p_job, p_pod, p_limits, p_backoff_seconds);
          return;
        when others or assert_failure then
          get stacked diagnostics detail = pg_exception_detail;
          if batch.is_transient(sqlstate, detail) then
            raise;
          end if;
          waiting.ordinary := false;
      end;
    end if;
    if waiting.ordinary then
      timeout_seconds := case when found_row.timeout_seconds = 0 then null else coalesce(found_row.timeout_seconds, p_timeout_seconds) end;
      update batch.queue u
      set attempt = u.attempt + 1, job_finished = kind_row.job_finished,
          started_at = now(), created_at = coalesce(u.created_at, now()),
          deadline_at = now() + make_interval(secs => claim.timeout_seconds),
          token = gen_random_uuid(), claimed_xid = coalesce(u.claimed_xid, pg_current_xact_id()),
          session_id = p_session, job_name = p_job, pod_name = p_pod,
          backoff_limit = p_limits[1], crash_limit = p_limits[2], interruption_limit = p_limits[3], deferral_limit = p_limits[4],
          backoff_seconds = p_backoff_seconds,
          reserved_until = null, stopping_until = null,
          lease_until = now() + make_interval(secs => p_lease_seconds)
      where u.ctid = waiting.row_ctid -- which the lock keeps: an index would be searched again
      returning u.request_id, u.attempt, u.job_finished, found_row.request, u.token, u.checkpoint
      into strict request_id, attempt, job_finished, request, token, checkpoint;
      -- About one claim in two hundred keeps the scans of the others short.
      if random() < 0.005 then
        perform batch.advance_bounds(p_kind);
      end if;
      return next;
      return;
    end if;
    unread := waiting.request_id;
    unread_since := waiting.locked_at;
  end if;
  return query select c.* from batch.claim_slow_path(
    p_kind, p_job, p_pod, p_session, p_limits, p_backoff_seconds, p_lease_seconds, p_timeout_seconds, p_job_finished,
    p_arriving => p_arriving and kind_row.may_claim is not true, p_next => p_next, p_unread => unread, p_unread_since => unread_since
  ) c;
end
$$;


--
-- Name: claim_slow_path(text, text, text, integer, integer[], double precision, double precision, double precision, integer, boolean, boolean, bigint, timestamp with time zone); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.claim_slow_path(p_kind text, p_job text, p_pod text, p_session integer, p_limits integer[], p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision, p_job_finished integer, p_arriving boolean, p_next boolean, p_unread bigint, p_unread_since timestamp with time zone) RETURNS TABLE(request_id bigint, attempt integer, job_finished integer, request text, token uuid, checkpoint jsonb, timeout_seconds double precision)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  kind_row record;
  q record;
  found_row record;
  reading_since timestamptz;
  last batch.history;
  own boolean := false;            -- this Job has the request already
  repeated boolean := false;       -- this session has claimed it, and the answer was lost
  rejection text;                  -- why the request is not attempted
  some_readable boolean := false;  -- a row that cannot be read is not the kind's fault: others can
  kind_problem text;
  in_time boolean := true;         -- there is time for another request
  unusable integer := 0;           -- how many requests this call has rejected or ended
begin
  if array_dims(p_limits) is distinct from '[1:4]' or (0 <= all (p_limits)) is not true then
    raise invalid_parameter_value using message = format(
      'p_limits must be 4 numbers of 0 or more (errors, crashes, interruptions, deferrals); got %s', coalesce(p_limits::text, 'null'));
  end if;
  select k.unqueued_above, k.problem, s.running_limit, s.waiting_xid, s.waiting_id into kind_row
  from batch.kind k join batch.scaling s on s.kind = k.kind
  where k.kind = p_kind and k.attached;
  if not found then
    return;
  end if;
  if p_lease_seconds is null and not batch.lock_session(p_session) then
    return;
  end if;
  if kind_row.waiting_xid > pg_snapshot_xmax(pg_current_snapshot()) then
    -- The bounds are from another cluster, from which the database was restored (batch.reset_bounds).
    kind_row.waiting_xid := '0';
    kind_row.waiting_id := -9223372036854775808;
  end if;
  if kind_row.unqueued_above is not null and kind_row.problem is null and not p_next then
    begin
      perform batch.enqueue_missed(p_kind);
    exception
      when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
        raise;
      when others or assert_failure then
        -- The next poll reports why.
    end;
  end if;

  loop
    if not p_next then
      select c.ctid as row_ctid, c.request_id, c.attempt, c.session_id, c.job_finished, c.suspected_at, c.canceled into q
      from batch.queue c where c.kind = p_kind and c.job_name = p_job limit 1;
      own := found;
      if own then
        -- It may be locked for long: by the program of a previous attempt (batch.own), or by a transaction that cancels it.
        select c.ctid as row_ctid, c.request_id, c.attempt, c.session_id, c.job_finished, c.suspected_at, c.canceled into q
        from batch.queue c where c.ctid = q.row_ctid and c.kind = p_kind and c.job_name = p_job for update skip locked;
        if not found then
          return;
        end if;
      end if;
      repeated := own and q.session_id is not distinct from p_session;
      if own and not repeated and q.session_id is not null then
        return;
      end if;
    end if;
    if not own then
      if p_arriving then
        perform nextval(to_regclass('batch.arrivals_' || p_kind));
        p_arriving := false;
      end if;
      if unusable >= 50 then
        -- There may be many more: the next poll removes them together.
        update batch.kind k set sweep_pending = true
        from (select s.kind from batch.kind s where s.kind = p_kind for no key update skip locked) free where k.kind = free.kind;
        return;
      end if;
      if kind_row.problem is not null then
        return;
      end if;
      if kind_row.running_limit is not null and batch.limit_reached(p_kind) then
        return;
      end if;
      select c.ctid as row_ctid, c.request_id, c.attempt, c.session_id, null::integer as job_finished, c.suspected_at, c.canceled into q
      from batch.queue c
      where c.kind = p_kind and c.job_name is null and c.available_at is null
        and (c.enqueued_xid, c.request_id) >= (kind_row.waiting_xid, kind_row.waiting_id)
      order by c.enqueued_xid, c.request_id limit 1 for update skip locked;
      if not found then
        return;
      end if;
    end if;

    if repeated and q.canceled is not null then
      -- The row may be another one by now, which a poll will enqueue (batch.mark_reinserted).
      perform batch.end_before_work(p_kind, q.request_id, q.attempt, p_session, p_job, p_pod, 'canceled', q.canceled, false);
      continue;
    end if;
    if not repeated then
      -- The history is the truth: a row that was restored, or inserted by hand, must neither rerun work nor count an attempt twice.
      select h.attempt, h.status, h.created_at into last.attempt, last.status, last.created_at from batch.history h
      where h.kind = p_kind and h.request_id = q.request_id order by h.attempt desc limit 1;
      rejection := case
        when q.canceled is not null then 'canceled: ' || q.canceled
        when greatest(q.attempt, last.attempt) = 2147483647 then 'its attempts must be below 2147483647 (they are numbered); got 2147483647'
        when last.attempt > q.attempt and last.status <> 'FAILED' and not batch.accept_reinserted(p_kind, q.request_id) then format(
          'it was queued as waiting with %s attempts, but the history has it as %s after %s: to run it again, %s', q.attempt, last.status, last.attempt,
          case last.status when 'DEAD' then format('select batch.retry(%L, %s)', p_kind, q.request_id) else 'delete its row and insert it again' end)
      end;
      if rejection is not null then
        perform batch.reject(p_kind, array[q.request_id], rejection);
        unusable := unusable + 1;
        continue;
      end if;
      q.attempt := greatest(q.attempt, last.attempt, 0) + 1;
    end if;

    reading_since := case when q.request_id = p_unread then p_unread_since else clock_timestamp() end;
    found_row := batch.read_request(p_kind, q.request_id);
    if found_row.canceled is not null then
      if batch.has_timed_out(reading_since) then
        perform batch.end_failed_read(p_kind, q.request_id, q.attempt, p_session, p_job, p_pod, p_limits, p_backoff_seconds);
      elsif unusable = 0 then
        raise query_canceled using message = found_row.canceled;
      end if;
      -- There is no time left for another request.
      return;
    end if;
    if found_row.kind_problem then
      return;
    end if;
    if found_row.unreadable is not null and not some_readable then
      begin
        kind_problem := batch.reading_problem(p_kind);
        some_readable := kind_problem is null;
      exception when query_canceled or lock_not_available then
        in_time := false;  -- to find out, or for another request
      end;
      if kind_problem is not null then
        update batch.kind k set problem = kind_problem, problem_since = now() where k.kind = p_kind and k.kind in (
          select s.kind from batch.kind s where s.kind = p_kind and s.problem is null for no key update skip locked);
        return;
      end if;
    end if;
    if found_row.problem is not null then
      if found_row.unreadable ~ '^(53|58|XX)' then
        perform batch.end_failed_read(
          p_kind, q.request_id, q.attempt, p_session, p_job, p_pod, p_limits, p_backoff_seconds, found_row.problem);
      else
        perform batch.end_before_work(
          p_kind, q.request_id, q.attempt, p_session, p_job, p_pod, 'error', found_row.problem, found_row.missing);
      end if;
      unusable := unusable + 1;
      continue when in_time;
      return;
    end if;
    timeout_seconds := case when found_row.timeout_seconds = 0 then null else coalesce(found_row.timeout_seconds, p_timeout_seconds) end;
    if p_next then
      q.job_finished := p_job_finished;
    elsif q.job_finished is null then
      select j.finished into q.job_finished from batch.job j where j.kind = p_kind and j.job_name = p_job;
      q.job_finished := greatest(p_job_finished, q.job_finished);
    end if;

    update batch.queue u
    set attempt = q.attempt,
        job_finished = q.job_finished,
        started_at = case when repeated then u.started_at else now() end,
        created_at = coalesce(u.created_at, last.created_at, now()),
        deadline_at = now() + make_interval(secs => claim_slow_path.timeout_seconds), -- also when repeated: the work begins with the answer
        token = case when repeated then u.token else gen_random_uuid() end,
        claimed_xid = coalesce(u.claimed_xid, pg_current_xact_id()),
        session_id = p_session, job_name = p_job, pod_name = p_pod,
        backoff_limit = p_limits[1], crash_limit = p_limits[2], interruption_limit = p_limits[3], deferral_limit = p_limits[4],
        backoff_seconds = p_backoff_seconds,
        reserved_until = null, suspected_at = null, stopping_until = null,
        lease_until = now() + make_interval(secs => p_lease_seconds)
    where u.ctid = q.row_ctid -- which the lock keeps: an index would be searched again
    returning u.request_id, u.attempt, u.job_finished, u.token, u.checkpoint
    into strict request_id, attempt, job_finished, token, checkpoint;

    if not own and q.suspected_at is not null then
      -- KEDA still counts the Job of the dead worker.
      update batch.scaling s set absent_jobs = s.absent_jobs + 1, absent_peak = greatest(s.absent_peak, s.absent_jobs + 1)
      where s.kind = p_kind;
    end if;
    -- About one claim in two hundred keeps the scans of the others short.
    if random() < 0.005 then
      perform batch.advance_bounds(p_kind);
    end if;
    request := found_row.request;
    return next;
    return;
  end loop;
end
$$;


--
-- Name: claimed_without_row(text, boolean); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.claimed_without_row(p_kind text, p_lock boolean) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  ids bigint[] := array(
    select q.request_id from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.canceled is null
  );
begin
  if cardinality(ids) = 0 or current_setting('transaction_isolation') not like 'read %'
    or pg_partition_root((select k.requests from batch.kind k where k.kind = p_kind)) is not null
  then
    return '{}';
  end if;
  ids := array(select unnest(ids) except select unnest(batch.read_keys(p_kind, null, null, null, ids)));
  if p_lock then
    ids := array(
      select q.request_id from batch.queue q
      where q.kind = p_kind and q.request_id = any (ids) and q.job_name is not null and q.canceled is null for update skip locked
    );
  end if;
  return ids;
end
$$;


--
-- Name: claims_horizon(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.claims_horizon() RETURNS xid8
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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


--
-- Name: clear_kind(text, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.clear_kind(p_kind text, p_reason text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  ctids tid[];
begin
  select array_agg(c.row_ctid) into ctids
  from (select q.ctid as row_ctid from batch.queue q where q.kind = p_kind for update skip locked) c;
  perform batch.end_requests(p_kind, ctids, p_reason);
  delete from batch.deleted_request d where d.kind = p_kind;
  insert into batch.deleted_request (kind, request_id) select q.kind, q.request_id from batch.queue q where q.kind = p_kind
  on conflict (kind, request_id) do nothing;
  -- Above read committed there may be requests that this transaction does not see: the next poll ends them.
  update batch.kind k
  set cleared_at = clock_timestamp(), sweep_pending = k.sweep_pending or current_setting('transaction_isolation') not like 'read %'
  where k.kind = p_kind and (
    -- Where no attempt was made there is none to forget: a restore of the data alone may bring attempts that count (batch.skip_restored).
    current_setting('transaction_isolation') not like 'read %'
    or exists (select from batch.history h where h.kind = p_kind)
    or exists (select from batch.queue q where q.kind = p_kind)
  );
end
$$;


--
-- Name: complete_attachment(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.complete_attachment(p_kind text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  problem text := batch.attachment_problem(p_kind);
  least_key constant bigint := -9223372036854775808;
  without_row bigint[];
begin
  if problem is not null then
    raise exception '%', problem;
  end if;
  update batch.kind k
  set partitions = batch.partitions(k.requests, p_kind), unqueued_partition = null, unqueued_above = least_key
  where k.kind = p_kind;
  while exists (select from batch.kind k where k.kind = p_kind and k.unqueued_above is not null) loop
    perform batch.enqueue_existing(p_kind);
  end loop;
  without_row := batch.claimed_without_row(p_kind, true);
  problem := batch.attachment_problem(p_kind);
  if problem is not null then
    -- The rights of a role change without a lock on the table: rows may have been hidden while they were read.
    raise exception '%', problem;
  end if;
  perform batch.dequeue_ids(p_kind, without_row, 'its row was deleted');
  if current_setting('transaction_isolation') not like 'read %' then
    update batch.kind k set unqueued_above = least_key where k.kind = p_kind;
  end if;
exception
  when insufficient_privilege or undefined_object or data_exception then
    raise exception 'cannot read the rows of kind % with the rights of the owner of its table: %', quote_literal(p_kind), sqlerrm
      using errcode = sqlstate, hint = 'A policy, cast or function on the table may fail for its owner.';
end
$$;


--
-- Name: connect_readers(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.connect_readers() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
  perform batch.lock_attachments();
  execute format(
    $sql$create or replace function batch.call_reader(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) returns record
    language plpgsql volatile
    as %L$sql$,
    format($body$
declare
  found_row record;
begin%s
  execute format('select r.request, r.timeout_seconds from batch.%%I($1, $2, $3) r', 'row$' || p_kind) into found_row
  using p_requests, p_timeout_column, p_request;
  return found_row;
end
$body$, batch.reader_calls(array(select k.kind from batch.kind k where k.attached order by k.kind))));
end
$_$;


--
-- Name: copy_history(text, bigint, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.copy_history(p_kind text, p_request bigint, p_new bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
begin
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, ended_at, status, reason, job_name, pod_name, error, result, progress
  )
  select h.kind, p_new, h.attempt + greatest(0, 1 + previous.attempt - min(h.attempt) over ()), h.session_id, h.created_at, h.started_at,
         h.ended_at, h.status, h.reason, h.job_name, h.pod_name, h.error, h.result, h.progress
  from batch.history h, (select max(n.attempt) as attempt from batch.history n where n.kind = p_kind and n.request_id = p_new) previous
  where h.kind = p_kind and h.request_id = p_request and not exists (
    select from batch.history known
    join batch.history n on n.started_at = known.started_at and n.session_id is not distinct from known.session_id
      and (n.status = 'SUCCESS' or known.status <> 'SUCCESS')
    where known.kind = p_kind and known.request_id = p_request and known.attempt >= h.attempt
      and n.kind = p_kind and n.request_id = p_new
  );
end
$$;


--
-- Name: count_jobs(text, integer, integer, integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.count_jobs(p_kind text, p_requests_per_job integer, p_max_replica_count integer, p_pod_start_seconds integer) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  s batch.scaling;
  capacity bigint := p_requests_per_job::bigint * p_max_replica_count;
  requests record;
  suspects bigint;       -- requests whose worker is dead
  wanted bigint;         -- Jobs that should work
  made bigint;           -- claims so far
  needed bigint;         -- claims once every wanted Job has made its own
  late timestamptz;      -- claims expected since then are missing
  claims record;
  gap interval;
  pods_have_failed boolean;
  one_by_one boolean;    -- every absent Job has a missing claim
  created_at timestamptz;
begin
  select * into s from batch.scaling c where c.kind = p_kind for no key update;
  if not found then
    return 0;
  end if;
  requests := batch.count_requests(p_kind, capacity, s.claimed_xid, s.waiting_xid, s.waiting_id);
  suspects := requests.suspects;
  wanted := least(ceil(least(requests.unfinished, capacity)::numeric / p_requests_per_job), p_max_replica_count);
  made := coalesce(pg_sequence_last_value(('batch.arrivals_' || p_kind)::regclass), 0);
  needed := made + wanted - requests.working;
  gap := now() - s.polled_at;

  if suspects > s.polled_suspects or gap > 3 * s.poll_gap + interval '12 seconds' then
    s.expected_claims := '{}';
    s.expected_since := '{}';
  end if;
  late := now() - make_interval(
    secs => case when suspects > 0 then greatest(p_pod_start_seconds - 26, 14) else p_pod_start_seconds + 4 end);
  claims := batch.expected_claims(s.expected_claims, s.expected_since, made, needed, made - s.polled_claims, late);
  s.expected_claims := claims.expected;
  s.expected_since := claims.since;
  if claims.missing > 0 then
    pods_have_failed := exists (select from batch.job j where j.kind = p_kind);
    one_by_one := suspects > 0 or not pods_have_failed;
    s.absent_jobs := greatest(s.absent_jobs, least(
      case when one_by_one then s.absent_jobs + claims.missing else greatest(s.absent_jobs + p_max_replica_count, s.absent_peak) end,
      p_max_replica_count * case when suspects > 0 or pods_have_failed then 4 else 1 end));
    s.absent_peak := case when one_by_one then greatest(s.absent_peak, s.absent_jobs) else 0 end;
    s.expected_since := '{}';
    s.expected_claims := '{}';
  end if;
  -- A Job that has ended since the last poll may not be Complete yet: KEDA then creates the next one a poll later, and once more a
  -- poll later if another Job has ended by then.
  created_at := now() + case when suspects = 0 and s.polled_working + made - s.polled_claims > requests.working
    then least(coalesce(gap, '0'), coalesce(s.poll_gap, '30 seconds')) else '0' end;
  if gap <= interval '12 seconds' then
    for i in 1 .. cardinality(s.expected_since) loop
      if s.expected_since[i] > now() - interval '1 second' then
        s.expected_since[i] := created_at;
      end if;
    end loop;
  end if;
  if needed > made and needed > coalesce(s.expected_claims[cardinality(s.expected_claims)], 0) then
    s.expected_since := s.expected_since || created_at;
    s.expected_claims := s.expected_claims || needed;
  end if;
  if suspects + s.absent_jobs > 0 then
    s.limited_until := now() + interval '10 minutes';
  end if;
  update batch.scaling u
  set polled_at = now(), poll_gap = gap, polled_working = requests.working, polled_suspects = suspects, polled_claims = made,
      expected_since = s.expected_since, expected_claims = s.expected_claims, absent_jobs = s.absent_jobs,
      absent_peak = s.absent_peak, running_limit = case when s.limited_until > now() then p_max_replica_count end, limited_until = s.limited_until
  where u.kind = p_kind;
  if wanted = 0 then
    return 0;
  end if;
  return least(wanted + suspects + s.absent_jobs, 5 * p_max_replica_count);
end
$$;


--
-- Name: count_requests(text, bigint, xid8, xid8, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.count_requests(p_kind text, p_limit bigint, p_claimed_xid xid8, p_waiting_xid xid8, p_waiting_id bigint, OUT working bigint, OUT suspects bigint, OUT unfinished bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    AS $$
begin
  select
    count(*) filter (where c.suspected_at is null),
    count(*) filter (where c.suspected_at is not null and c.crashes < c.crash_limit),
    count(*)
  into working, suspects, unfinished
  from batch.queue c
  where c.kind = p_kind and c.job_name is not null and c.attempt >= -2147483648 and c.claimed_xid >= p_claimed_xid;
  select suspects + count(*) filter (where w.suspected_at is not null), unfinished + count(*) into suspects, unfinished
  from (
    select q.suspected_at from batch.queue q
    where q.kind = p_kind and q.job_name is null and q.available_at is null and (q.enqueued_xid, q.request_id) >= (p_waiting_xid, p_waiting_id)
    order by q.enqueued_xid, q.request_id limit p_limit
  ) w;
end
$$;


--
-- Name: create_policy(text, regclass, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.create_policy(p_kind text, p_requests regclass, p_reader name) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  applies boolean := batch.row_security_applies(p_requests, p_reader);
  -- The owner's own queries must not see more than before. As pg_get_expr() writes it.
  condition text := case
    when pg_has_role(p_reader, (select c.relowner from pg_class c where c.oid = p_requests), 'usage')
      then $sql$(current_setting('postgres_batch.reading'::text, true) = 'on'::text)$sql$
    else 'true'
  end;
begin
  if applies and exists (
    select from pg_policy p
    where p.polrelid = p_requests and p.polname = 'batch_' || p_kind and p.polcmd = 'r' and p.polpermissive
      and p.polroles = array[to_regrole(quote_ident(p_reader))::oid] and pg_get_expr(p.polqual, p.polrelid) = condition
  ) then
    return;
  end if;
  perform batch.drop_policy(p_kind, p_requests);
  if applies then
    execute format('create policy %I on %s for select to %I using (%s)', 'batch_' || p_kind, p_requests, p_reader, condition);
  end if;
end
$_$;


--
-- Name: create_readers(text, regclass, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.create_readers(p_kind text, p_requests regclass, p_timeout_column name) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  reader name := batch.reader_role(p_requests);
  schema_owner name := (select pg_get_userbyid(n.nspowner) from pg_namespace n where n.nspname = 'batch');
  row_arguments constant text :=
    'p_requests regclass, p_timeout_column name, p_request bigint, OUT request text, OUT timeout_seconds double precision';
  keys_arguments constant text := 'p_requests regclass, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]';
  plans constant text := case when pg_partition_root(p_requests) is null then '' else 'set plan_cache_mode = auto' end;
  signature regprocedure;
begin
  -- Replaced in place if possible: a claim that has just planned the call of a reader would not find it otherwise.
  for signature in
    select f.oid from pg_proc f
    where f.pronamespace = 'batch'::regnamespace and f.proname in ('row$' || p_kind, 'keys$' || p_kind)
      and (pg_get_userbyid(f.proowner) <> reader or pg_get_function_arguments(f.oid) not in (row_arguments, keys_arguments))
  loop
    execute format('drop function %s', signature);
  end loop;
  execute format(
    $sql$create or replace function batch.%I(%s)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    %s
    as %L$sql$,
    'row$' || p_kind, row_arguments, plans, batch.row_reader(p_requests, reader, p_timeout_column));
  execute format(
    $sql$create or replace function batch.%I(%s) returns bigint[]
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    set row_security = on
    set enable_seqscan = off
    as %L$sql$,
    'keys$' || p_kind, keys_arguments, batch.keys_reader(p_requests, reader));
  for signature in
    select f.oid from pg_proc f where f.pronamespace = 'batch'::regnamespace and f.proname in ('row$' || p_kind, 'keys$' || p_kind)
  loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to %I', signature, schema_owner);
    if reader <> current_user then
      execute format('alter function %s owner to %I', signature, reader);
    end if;
  end loop;
  perform batch.connect_readers();
exception when insufficient_privilege then
  if (select r.rolsuper from pg_roles r where r.rolname = current_user) then
    -- Refused by something else, such as an event trigger.
    raise;
  end if;
  raise exception 'cannot create the functions that read % with the rights of its owner: %. Attach it as its owner, %, who must be a member of %, or as a superuser',
    p_requests, sqlerrm, (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = p_requests), schema_owner
    using errcode = 'insufficient_privilege';
end
$_$;


--
-- Name: create_triggers(text, regclass); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.create_triggers(p_kind text, p_requests regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  trigger name := 'batch_' || p_kind;
  names constant name[] := array[trigger, trigger || '$delete', trigger || '$key', trigger || '$truncate'];
  foreign_trigger name := (
    select t.tgname from pg_trigger t join pg_proc f on f.oid = t.tgfoid
    where t.tgrelid = p_requests and t.tgname = any (names) and f.pronamespace <> 'batch'::regnamespace limit 1
  );
  always boolean := batch.is_subscribed(p_requests)
    or exists (select from batch.triggers(p_requests, p_kind) t where t.tgrelid = p_requests and t.tgenabled = 'A');
  by_row boolean := always or (select c.relkind = 'p' from pg_class c where c.oid = p_requests);
  suffix text := case when by_row then '_row' else '' end;
  foreign_partition regclass := (
    select t.relation from batch.partition_tree(p_requests) t where not has_table_privilege(t.relation, 'trigger') limit 1
  );
begin
  if foreign_trigger is not null then
    raise exception 'cannot create the trigger % on %: it has another trigger with this name; rename it: alter trigger % on % rename to NAME',
      quote_ident(foreign_trigger), p_requests, quote_ident(foreign_trigger), p_requests using errcode = 'duplicate_object';
  end if;
  if foreign_partition is not null and foreign_partition <> p_requests then
    raise exception '% cannot create triggers on %, a partition of % that belongs to %: alter table % owner to %', current_user,
      foreign_partition, p_requests, (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = foreign_partition), foreign_partition,
      (select quote_ident(pg_get_userbyid(c.relowner)) from pg_class c where c.oid = p_requests) using errcode = 'insufficient_privilege';
  end if;
  perform batch.drop_triggers(p_requests, p_kind, names);
  execute format('create or replace trigger %I after insert on %s %s execute function batch.enqueue%s(%L)', trigger, p_requests,
    case when by_row then 'for each row' else 'referencing new table as inserted for each statement' end, suffix, p_kind);
  execute format('create or replace trigger %I after delete on %s %s execute function batch.dequeue%s(%L)', trigger || '$delete', p_requests,
    case when by_row then 'for each row' else 'referencing old table as deleted for each statement' end, suffix, p_kind);
  execute format(
    'create or replace trigger %I after update on %3$s for each row when (old.%2$I is distinct from new.%2$I) execute function batch.rekey(%4$L)',
    trigger || '$key', batch.key_column(p_requests), p_requests, p_kind);
  execute format('create or replace trigger %I after truncate on %s for each statement execute function batch.dequeue_all(%L)',
    trigger || '$truncate', p_requests, p_kind);
  -- Disabled ones are enabled again, on partitions as well. If the owner has set one to ENABLE ALWAYS, for sessions that replicate, all of
  -- them are: also one that was dropped or disabled meanwhile.
  for trigger in
    select t.tgname from pg_trigger t
    where t.tgrelid = p_requests and exists (
      select from batch.triggers(p_requests, p_kind) each where each.tgname = t.tgname and each.tgenabled not in ('O', 'A')
    )
  loop
    execute format('alter table %s enable trigger %I', p_requests, trigger);
  end loop;
  if always then
    for trigger in select t.tgname from batch.triggers(p_requests, p_kind) t where t.tgrelid = p_requests loop
      execute format('alter table %s enable always trigger %I', p_requests, trigger);
    end loop;
  end if;
end
$_$;


--
-- Name: defer(text, text, bigint, integer, integer, double precision, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.defer(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_seconds double precision, p_error text) RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  q batch.queue;
  ended_as text;
begin
  select * into q from batch.queue row
  where row.kind = p_kind and row.request_id = p_request and row.job_name is not distinct from p_job
    and row.attempt = p_attempt and row.session_id = p_session
  for update;
  if not found then
    return query select batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, 'deferred');
    return;
  end if;
  ended_as := case when q.canceled is not null or q.deferrals >= coalesce(q.deferral_limit, 0) then 'DEAD' else 'FAILED' end;
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, status, reason, job_name, pod_name, error, progress
  ) values (
    q.kind, q.request_id, q.attempt, q.session_id, q.created_at, q.started_at, ended_as, 'deferred', q.job_name, q.pod_name,
    concat_ws('; not retried: ', p_error, q.canceled), q.progress
  );
  if ended_as = 'DEAD' then
    delete from batch.queue u where u.kind = p_kind and u.request_id = p_request;
  else
    update batch.queue u set deferrals = u.deferrals + 1, available_at = now() + make_interval(secs => p_seconds)
    where u.kind = p_kind and u.request_id = p_request;
    perform batch.release(p_kind, p_request);
  end if;
  return next ended_as;
end
$$;


--
-- Name: demand(text, integer, integer, integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.demand(p_kind text, p_requests_per_job integer, p_max_replica_count integer, p_pod_start_seconds integer DEFAULT 40) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  current_problem text;
  kind_row record;
  jobs bigint := 0;
begin
  if (p_requests_per_job >= 1 and p_max_replica_count >= 1 and p_pod_start_seconds >= 0) is not true then
    raise invalid_parameter_value using message = format(
      'requests per Job and the maximum number of Jobs must be at least 1, and the seconds until a pod claims at least 0 (KEDA uses them); got %s, %s, %s',
      coalesce(p_requests_per_job::text, 'null'), coalesce(p_max_replica_count::text, 'null'), coalesce(p_pod_start_seconds::text, 'null'));
  end if;
  -- A poll does not wait for the disk: if a crash of the server undoes it, the next poll repeats it. Anything that depends on it is later in
  -- the log, so it is undone as well.
  perform set_config('synchronous_commit', 'off', true);
  current_problem := batch.maintain(p_kind);
  select k.problem, k.unqueued_above into kind_row from batch.kind k where k.kind = p_kind;
  if not found then
    perform batch.require_kind(p_kind);
  end if;
  if current_problem is null and not batch.is_paused(kind_row.problem) then
    -- Above this, sums would overflow; no kind has as many requests, nor waits as long.
    jobs := batch.count_jobs(p_kind, p_requests_per_job, least(p_max_replica_count, 100000000), least(p_pod_start_seconds, 100000000));
  else
    -- No Job is created, so no claim is expected. The time of the poll shows whether the clock is set back (batch.move_times_back).
    update batch.scaling s set polled_at = now(), expected_since = '{}', expected_claims = '{}'
    from (select f.kind from batch.scaling f where f.kind = p_kind for no key update skip locked) free where s.kind = free.kind;
  end if;
  -- Last, so that this poll waits for nothing after it has locked the row of the kind, which could deadlock: a TRUNCATE or batch.detach()
  -- waits for that row with the table locked, and a claim, which a poll may wait for, waits for the table. If the row is locked, a later
  -- poll updates it.
  if batch.is_paused(kind_row.problem) then
    if current_problem is not null and kind_row.unqueued_above is null then
      -- The pause stays; that there may be rows that no trigger saw must not be forgotten (batch.maintain).
      update batch.kind k set unqueued_above = -9223372036854775808
      from (select s.kind from batch.kind s where s.kind = p_kind for no key update skip locked) free where k.kind = free.kind;
    end if;
  elsif kind_row.problem is distinct from current_problem then
    perform from batch.kind k where k.kind = p_kind and not batch.is_paused(k.problem) for no key update skip locked;
    if found then
      update batch.kind k set
        problem = current_problem, problem_since = case when current_problem is not null then coalesce(k.problem_since, now()) end
      where k.kind = p_kind;
    end if;
  end if;
  return jobs;
end
$$;


--
-- Name: dequeue(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.dequeue() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  ids bigint[];
  reinserted bigint[];
begin
  if batch.is_copy(tg_relid, tg_argv[0]) or current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  if pg_trigger_depth() > 1 then
    -- Another trigger may have deleted a row before the trigger that enqueues it, or that follows its new key.
    perform set_config('postgres_batch.dequeued', 'on', true);
  end if;
  execute format('select array_agg(r.%I) from deleted r', batch.require_key(tg_relid, tg_argv[0])) into ids;
  if ids is not null then
    perform batch.dequeue_ids(tg_argv[0], ids, 'its row was deleted');
    reinserted := batch.existing_rows(tg_argv[0], ids);
    if cardinality(reinserted) > 0 and batch.enqueue_ids(tg_argv[0], reinserted) < cardinality(reinserted) then
      perform batch.refuse_old_snapshot(tg_argv[0], reinserted);
      perform batch.mark_reinserted(tg_argv[0], reinserted);
    end if;
  end if;
  return null;
end
$$;


--
-- Name: dequeue_all(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.dequeue_all() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if batch.is_copy(tg_relid, tg_argv[0]) or current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  perform batch.clear_kind(tg_argv[0], 'its table was truncated');
  if exists (select from batch.partition_tree(tg_relid) t where t.is_leaf and pg_relation_size(t.relation) > 0) then
    update batch.kind k set unqueued_partition = null, unqueued_above = -9223372036854775808 where k.kind = tg_argv[0];
  end if;
  return null;
end
$$;


--
-- Name: dequeue_ids(text, bigint[], text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.dequeue_ids(p_kind text, p_ids bigint[], p_reason text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  ids bigint[] := p_ids;
  ctids tid[];
begin
  while cardinality(ids) > 0 loop
    select array_agg(present.row_ctid) into ctids
    from (select i as id from unnest(ids) i order by i) gone, lateral (
      select q.ctid as row_ctid from batch.queue q where q.kind = p_kind and q.request_id = gone.id limit 1 for update
    ) present;
    perform batch.end_requests(p_kind, ctids, p_reason);
    insert into batch.deleted_request as d (kind, request_id)
    select p_kind, gone.id from unnest(ids) as gone (id)
    where (select true from batch.history h where h.kind = p_kind and h.request_id = gone.id limit 1)
      or (select true from batch.queue q where q.kind = p_kind and q.request_id = gone.id limit 1)
    on conflict (kind, request_id) do update set reinserted = false where d.reinserted;
    ids := array(
      select gone.id from unnest(ids) as gone (id)
      where (select q.session_id is null from batch.queue q where q.kind = p_kind and q.request_id = gone.id limit 1)
    );
  end loop;
end
$$;


--
-- Name: dequeue_row(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.dequeue_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  id bigint;
  reinserted boolean;
begin
  if batch.is_copy(tg_relid, tg_argv[0]) or current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  if pg_trigger_depth() > 1 then
    -- Another trigger may have deleted a row before the trigger that enqueues it, or that follows its new key.
    perform set_config('postgres_batch.dequeued', 'on', true);
  end if;
  execute format('select ($1).%I', batch.require_key(tg_relid, tg_argv[0])) into id using old;
  reinserted := cardinality(batch.existing_rows(tg_argv[0], array[id])) > 0;
  if reinserted and (select c.relispartition from pg_class c where c.oid = tg_relid) then
    return null;
  end if;
  perform batch.dequeue_ids(tg_argv[0], array[id], 'its row was deleted');
  if reinserted and batch.enqueue_ids(tg_argv[0], array[id]) = 0 then
    perform batch.refuse_old_snapshot(tg_argv[0], array[id]);
    perform batch.mark_reinserted(tg_argv[0], array[id]);
  end if;
  return null;
end
$_$;


--
-- Name: detach(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.detach(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  attached batch.kind;
begin
  -- First: another table may be attached while this waits.
  perform batch.lock_attachments();
  attached := batch.require_kind(p_kind);
  if exists (select from pg_class c where c.oid = attached.requests and c.relkind in ('r', 'p')) then
    perform batch.require_owner(attached.requests);
    -- Dropping a partitioned table's trigger would lock its partitions before the table.
    execute format('lock table %s in access exclusive mode', attached.requests);
  end if;
  perform batch.unregister(p_kind);
  perform batch.drop_triggers(attached.requests, p_kind, '{}');
  perform batch.drop_policy(p_kind, attached.requests);
  perform batch.drop_readers(p_kind);
  perform batch.connect_readers();
end
$$;


--
-- Name: drop_policy(text, regclass); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.drop_policy(p_kind text, p_requests regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if exists (select from pg_policy p where p.polrelid = p_requests and p.polname = 'batch_' || p_kind) then
    execute format('drop policy %I on %s', 'batch_' || p_kind, p_requests);
  end if;
end
$$;


--
-- Name: drop_readers(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.drop_readers(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  reader regprocedure;
begin
  for reader in
    select f.oid from pg_proc f where f.pronamespace = 'batch'::regnamespace and f.proname in ('row$' || p_kind, 'keys$' || p_kind)
  loop
    execute format('drop function %s', reader);
  end loop;
end
$_$;


--
-- Name: drop_triggers(regclass, text, name[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.drop_triggers(p_requests regclass, p_kind text, p_kept name[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  trigger name;
begin
  for trigger in
    select t.tgname from pg_trigger t join pg_proc f on f.oid = t.tgfoid
    where t.tgrelid = p_requests and not t.tgisinternal and f.pronamespace = 'batch'::regnamespace
      and t.tgargs = convert_to(p_kind, 'UTF8') || decode('00', 'hex') and t.tgname <> all (p_kept)
  loop
    execute format('drop trigger %I on %s', trigger, p_requests);
  end loop;
end
$$;


--
-- Name: end_attempt(text, bigint, text, text, boolean, boolean); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.end_attempt(p_kind text, p_request bigint, p_reason text, p_error text, p_final boolean, p_reserve boolean) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  q batch.queue;
  earlier_failures integer;
  dead boolean;
  ended_as text;
begin
  select * into strict q from batch.queue row where row.kind = p_kind and row.request_id = p_request for update;
  insert into batch.job as j (kind, job_name, failures, finished)
  values (q.kind, q.job_name, 1, coalesce(q.job_finished, 0))
  on conflict (kind, job_name) do update
    set failures = j.failures + 1, finished = greatest(j.finished, excluded.finished), updated_at = now()
  returning j.failures - 1 into earlier_failures;

  dead := p_final or q.canceled is not null or case p_reason
    when 'error' then q.errors >= coalesce(q.backoff_limit, 0)
    when 'crashed' then q.crashes >= coalesce(q.crash_limit, 0)
    else q.interruptions >= coalesce(q.interruption_limit, 0)
  end;
  ended_as := case when dead then 'DEAD' else 'FAILED' end;
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, status, reason, job_name, pod_name, error, progress
  ) values (
    q.kind, q.request_id, q.attempt, q.session_id, coalesce(q.created_at, now()), coalesce(q.started_at, now()), ended_as,
    p_reason, q.job_name, q.pod_name, concat_ws('; not retried: ', p_error, q.canceled), q.progress
  );
  if dead then
    delete from batch.queue done where done.kind = p_kind and done.request_id = p_request;
    return ended_as;
  end if;

  update batch.queue u
  set errors = u.errors + (p_reason = 'error')::integer,
      crashes = u.crashes + (p_reason = 'crashed')::integer,
      interruptions = u.interruptions + (p_reason = 'interrupted')::integer,
      suspected_at = case when p_reason = 'crashed' and not p_reserve then u.suspected_at end
  where u.kind = p_kind and u.request_id = p_request;
  if p_reserve and earlier_failures < q.backoff_limit then
    update batch.queue u
    set session_id = null, token = null, lease_until = null, deadline_at = null, stopping_until = null, progress = null,
        reserved_until = now() + batch.backoff(earlier_failures, q.backoff_limit, q.backoff_seconds)
          + make_interval(secs => greatest(2 * q.backoff_seconds, 2))
    where u.kind = p_kind and u.request_id = p_request;
  else
    perform batch.release(p_kind, p_request);
  end if;
  return ended_as;
end
$$;


--
-- Name: end_before_work(text, bigint, integer, integer, text, text, text, text, boolean); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.end_before_work(p_kind text, p_request bigint, p_attempt integer, p_session integer, p_job text, p_pod text, p_reason text, p_error text, p_missing boolean) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with removed as (
    delete from batch.queue q where q.kind = p_kind and q.request_id = p_request returning q.created_at
  )
  insert into batch.history (kind, request_id, attempt, session_id, created_at, started_at, status, reason, job_name, pod_name, error)
  select p_kind, p_request, p_attempt, p_session, coalesce(removed.created_at, now()), now(), 'DEAD', p_reason, p_job, p_pod, p_error
  from removed
  on conflict (kind, request_id, attempt) do nothing;
  insert into batch.deleted_request (kind, request_id) select p_kind, p_request where p_missing
  on conflict (kind, request_id) do nothing;
$$;


--
-- Name: end_connection(integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.end_connection(p_session integer) RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select bool_or(pg_terminate_backend(l.pid))
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.classid = 1650553955 and l.objid = p_session and l.objsubid = 2 and l.granted
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
    and l.pid <> pg_backend_pid() and a.usename = current_user and a.wait_event is distinct from 'SyncRep'
$$;


--
-- Name: end_failed_read(text, bigint, integer, integer, text, text, integer[], double precision, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.end_failed_read(p_kind text, p_request bigint, p_attempt integer, p_session integer, p_job text, p_pod text, p_limits integer[], p_backoff_seconds double precision, p_reason text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  q batch.queue;
  dead boolean;
begin
  p_reason := coalesce(
    p_reason, format('its row could not be read within %s (statement_timeout)', current_setting('statement_timeout')));
  select * into strict q from batch.queue row where row.kind = p_kind and row.request_id = p_request for update;
  dead := q.canceled is not null or q.errors >= p_limits[1];
  insert into batch.history (kind, request_id, attempt, session_id, created_at, started_at, status, reason, job_name, pod_name, error)
  values (p_kind, p_request, p_attempt, p_session, coalesce(q.created_at, now()), now(), case when dead then 'DEAD' else 'FAILED' end, 'error',
          p_job, p_pod, concat_ws('; not retried: ', p_reason, q.canceled))
  on conflict (kind, request_id, attempt) do nothing;
  if dead then
    delete from batch.queue u where u.kind = p_kind and u.request_id = p_request;
    return;
  end if;
  update batch.queue u
  set attempt = p_attempt, errors = u.errors + 1, created_at = coalesce(u.created_at, now()),
      available_at = now() + batch.backoff(q.errors, p_limits[1], p_backoff_seconds)
  where u.kind = p_kind and u.request_id = p_request;
  perform batch.release(p_kind, p_request);
end
$$;


--
-- Name: end_or_reject(text, bigint, text, text, boolean); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.end_or_reject(p_kind text, p_request bigint, p_reason text, p_error text, p_reserve boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform batch.end_attempt(p_kind, p_request, p_reason, p_error, false, p_reserve);
exception
  -- The last two: the server's disk fails, which is not the row's fault.
  when query_canceled or transaction_rollback or lock_not_available or insufficient_resources or system_error or internal_error then
    raise;
  when others then
    perform batch.reject(p_kind, array[p_request], sqlerrm);
end
$$;


--
-- Name: end_requests(text, tid[], text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.end_requests(p_kind text, p_ctids tid[], p_reason text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
begin
  update batch.queue q set canceled = p_reason where q.ctid = any (p_ctids) and q.session_id is not null;
  with removed as (
    delete from batch.queue q where q.ctid = any (p_ctids) and q.session_id is null returning q.request_id, q.attempt
  )
  update batch.history h set status = 'DEAD', error = concat_ws('; not retried: ', h.error, p_reason)
  from removed, lateral (
    select c.ctid as row_ctid from batch.history c
    where c.kind = p_kind and c.request_id = removed.request_id and c.attempt = removed.attempt and c.status = 'FAILED' limit 1
  ) last
  where h.ctid = last.row_ctid;
end
$$;


--
-- Name: ended_requests(text, timestamp with time zone, bigint, integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.ended_requests(p_kind text, p_before timestamp with time zone, p_above bigint, p_limit integer) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    SET jit TO 'off'
    AS $$
begin
  return (
    select array_agg(ended.request_id) from (
      select h.request_id from batch.history h
      where h.kind = p_kind and h.request_id >= coalesce(p_above, -9223372036854775808) and h.request_id is distinct from p_above
        and h.status in ('SUCCESS', 'DEAD') and h.ended_at < p_before
        and (select true from batch.history l where l.kind = p_kind and l.request_id = h.request_id
          and (l.attempt > h.attempt or l.ended_at >= p_before) limit 1) is null
        and (select true from batch.queue q where q.kind = p_kind and q.request_id = h.request_id limit 1) is null
      order by h.request_id limit p_limit
    ) ended
  );
end
$$;


--
-- Name: enqueue(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.enqueue() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  key name;
  ids bigint[];
  existing bigint[];
begin
  if current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  select a.attname into key
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = tg_relid and i.indisprimary and a.atttypid = 'bigint'::regtype;
  if key = 'id' then
    select array_agg(r.id) into ids from inserted r;
  else
    key := coalesce(key, batch.require_key(tg_relid, tg_argv[0]));
    execute format('select array_agg(r.%I) from inserted r', key) into ids;
  end if;
  if 'on' in (current_setting('postgres_batch.rekeyed', true), current_setting('postgres_batch.dequeued', true)) then
    -- Another trigger may have changed the key of an inserted row, or deleted it, before this one (batch.rekey, batch.dequeue).
    existing := batch.existing_rows(tg_argv[0], ids);
    if cardinality(existing) < cardinality(ids) and batch.attachment_problem(tg_argv[0]) is null then
      ids := existing;
    end if;
  end if;
  if batch.enqueue_ids(tg_argv[0], ids) < cardinality(ids) then
    perform batch.refuse_old_snapshot(tg_argv[0], ids);
    perform batch.mark_reinserted(tg_argv[0], ids);
    perform set_config('postgres_batch.not_enqueued', 'on', true);
  end if;
  return null;
end
$$;


--
-- Name: enqueue_existing(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.enqueue_existing(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  chunk constant integer := 100000;
  pending batch.kind;
  partition regclass;
  ids bigint[];
begin
  select * into pending from batch.kind k where k.kind = p_kind;
  if pending.unqueued_above is null then
    return;
  end if;
  partition := (
    select t.tgrelid from pg_trigger t
    where t.oid = pending.unqueued_partition and t.oid = any (batch.partitions(pending.requests, p_kind))
  );
  if partition is null and pending.unqueued_partition is not null then
    -- It was detached meanwhile.
    update batch.kind k set unqueued_partition = null, unqueued_above = null, sweep_pending = true where k.kind = p_kind;
    return;
  end if;
  ids := batch.read_keys(p_kind, partition, nullif(pending.unqueued_above, -9223372036854775808), chunk, null);
  perform batch.enqueue_ids(p_kind, array(
    select existing.id from unnest(ids) as existing (id)
    where (select true from batch.queue q where q.kind = p_kind and q.request_id = existing.id limit 1) is null
  ));
  perform batch.mark_reinserted(p_kind, array(
    select q.request_id from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.request_id = any (ids) and q.canceled is not null
  ));
  perform batch.report_repeated(p_kind, ids);
  if cardinality(ids) = chunk then
    update batch.kind k set unqueued_above = ids[chunk] where k.kind = p_kind;
  else
    update batch.kind k
    set unqueued_partition = null, unqueued_above = null,
        partitions = case when pending.unqueued_partition is null then k.partitions else k.partitions || pending.unqueued_partition end
    where k.kind = p_kind;
  end if;
end
$$;


--
-- Name: enqueue_ids(text, bigint[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.enqueue_ids(p_kind text, p_ids bigint[]) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
  enqueued bigint;
  lowest bigint;
  highest bigint;
  cleared timestamptz;
  ctids tid[];
begin
  if p_ids is null then
    return null;
  end if;
  select min(wanted.id), max(wanted.id) into lowest, highest from unnest(p_ids) as wanted (id);
  if not exists (select from batch.history h where h.kind = p_kind and h.request_id between lowest and highest)
    and not exists (select from batch.deleted_request d where d.kind = p_kind and d.request_id between lowest and highest)
  then
    -- For many rows "on conflict" nearly doubles the cost of the insert.
    if cardinality(p_ids) >= 1000 then
      begin
        insert into batch.queue (kind, request_id) select p_kind, wanted.id from unnest(p_ids) as wanted (id);
        return cardinality(p_ids);
      exception when unique_violation then
        -- Some are queued.
      end;
    end if;
    insert into batch.queue (kind, request_id) select p_kind, wanted.id from unnest(p_ids) as wanted (id)
    on conflict (kind, request_id) do nothing;
    get diagnostics enqueued = row_count;
    return enqueued;
  end if;

  select k.cleared_at into cleared from batch.kind k where k.kind = p_kind;
  insert into batch.queue (kind, request_id, attempt)
  select p_kind, wanted.id, greatest(0, latest.attempt, running.attempt)
  from unnest(p_ids) as wanted (id)
  left join lateral (
    select h.attempt, h.status <> 'FAILED' and (h.ended_at > cleared) is not false and not exists (
      select from batch.deleted_request d where d.kind = p_kind and d.request_id = wanted.id
    ) as finished
    from batch.history h where h.kind = p_kind and h.request_id = wanted.id order by h.attempt desc limit 1
  ) latest on true
  left join lateral (
    -- A Job still works on a deleted row of this key. If a transaction is just ending that attempt, the insert waits for it, and the new
    -- request's attempts are numbered after it.
    select busy.attempt from batch.deleted_request d, lateral (
      select q.attempt from batch.queue q where q.kind = d.kind and q.request_id = d.request_id limit 1
    ) busy
    where d.kind = p_kind and d.request_id = wanted.id
  ) running on true
  where latest.finished is not true
  on conflict (kind, request_id) do nothing;
  get diagnostics enqueued = row_count;
  -- Not where a Job still works on the deleted row (batch.mark_reinserted), or has just ended. Two statements, as in batch.dequeue_ids().
  select array_agg(deleted.row_ctid) into ctids
  from unnest(p_ids) as wanted (id), lateral (
    select c.ctid as row_ctid from batch.deleted_request c where c.kind = p_kind and c.request_id = wanted.id limit 1 for update
  ) deleted
  where (select true from batch.queue q where q.kind = p_kind and q.request_id = wanted.id and q.session_id is null limit 1);
  delete from batch.deleted_request d where d.ctid = any (ctids);
  return enqueued;
end
$$;


--
-- Name: enqueue_missed(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.enqueue_missed(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  attached batch.kind;
  present oid[];
  arrived oid;
  until constant timestamptz := clock_timestamp() + interval '1 second';
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  present := batch.partitions(attached.requests, p_kind);
  if attached.unqueued_above is null and attached.partitions <@ present and present <@ attached.partitions or not batch.lock_kind(p_kind) then
    return;
  end if;
  -- Again: they may have changed while this waited for the lock.
  select * into attached from batch.kind k where k.kind = p_kind;
  present := batch.partitions(attached.requests, p_kind);
  if not attached.partitions <@ present then
    -- A partition was detached or dropped, and its rows with it.
    update batch.kind k
    set partitions = array(select p from unnest(k.partitions) p where p = any (present)), sweep_pending = true
    where k.kind = p_kind;
  end if;
  loop
    select * into attached from batch.kind k where k.kind = p_kind;
    select p into arrived from unnest(present) p where p <> all (attached.partitions) limit 1;
    exit when arrived is null and attached.unqueued_above is null;
    if attached.unqueued_above is null then
      update batch.kind k set unqueued_partition = arrived, unqueued_above = -9223372036854775808 where k.kind = p_kind;
    end if;
    perform batch.enqueue_existing(p_kind);
    -- A year of partitions may have been attached at once, or a restore have replaced all of them; where there are many rows, a poll enqueues
    -- some of them.
    exit when clock_timestamp() > until or (select k.unqueued_above is not null from batch.kind k where k.kind = p_kind);
  end loop;
end
$$;


--
-- Name: enqueue_reinserted(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.enqueue_reinserted(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '200ms'
    AS $$
declare
  ids bigint[];
begin
  if not exists (
    select from batch.deleted_request d
    where d.kind = p_kind and d.reinserted
      and (select true from batch.queue q where q.kind = p_kind and q.request_id = d.request_id limit 1) is null
  ) then
    return;
  end if;
  -- The table before the requests, as in batch.sweep().
  perform batch.read_keys(p_kind, null, null, 0, null);
  ids := array(
    select d.request_id from batch.deleted_request d
    where d.kind = p_kind and d.reinserted
      and (select true from batch.queue q where q.kind = p_kind and q.request_id = d.request_id limit 1) is null
    for update skip locked
  );
  perform batch.enqueue_ids(p_kind, batch.existing_rows(p_kind, ids));
exception when lock_not_available then
  -- Another poll enqueues them.
end
$$;


--
-- Name: enqueue_row(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.enqueue_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $_$
declare
  key name;
  id bigint;
  reinserted boolean;
  enqueued bigint;
begin
  if current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  select a.attname into key
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = tg_relid and i.indisprimary and a.atttypid = 'bigint'::regtype;
  if key = 'id' then
    id := new.id;
  else
    key := coalesce(key, batch.require_key(tg_relid, tg_argv[0]));
    execute format('select ($1).%I', key) into id using new;
  end if;
  -- The settings are null in most sessions, where "in" alone would not keep the rows from being read.
  if ('on' in (current_setting('postgres_batch.rekeyed', true), current_setting('postgres_batch.dequeued', true))) is true
    and cardinality(batch.existing_rows(tg_argv[0], array[id])) = 0 and batch.attachment_problem(tg_argv[0]) is null
  then
    -- Another trigger has changed the row's key, or deleted it, before this one (batch.rekey, batch.dequeue).
    return null;
  end if;
  reinserted := exists (select from batch.deleted_request d where d.kind = tg_argv[0] and d.request_id = id and d.reinserted);
  enqueued := batch.enqueue_ids(tg_argv[0], array[id]);
  if enqueued = 1 and current_setting('transaction_isolation') like 'read %' then
    -- The insert may have waited for the end of another row's request with this key, or of one whose key was changed to it.
    delete from batch.queue q
    where q.kind = tg_argv[0] and q.request_id = id and q.attempt < (
      select h.attempt from batch.history h where h.kind = tg_argv[0] and h.request_id = id order by h.attempt desc limit 1
    );
    enqueued := case when found then 0 else 1 end;
  end if;
  if enqueued = 0 then
    perform batch.refuse_old_snapshot(tg_argv[0], array[id]);
    perform batch.refuse_second_row(tg_relid, tg_argv[0], id);
    -- Again: the other row may have been deleted meanwhile. Its primary key does not make this one wait for that.
    enqueued := batch.enqueue_ids(tg_argv[0], array[id]);
  end if;
  if enqueued = 0 then
    perform batch.mark_reinserted(tg_argv[0], array[id]);
    perform set_config('postgres_batch.not_enqueued', 'on', true);
  elsif reinserted or current_setting('transaction_isolation') = 'repeatable read' then
    -- A row that is yet to be enqueued (batch.mark_reinserted) has no entry with which this one could conflict. The snapshot may show the
    -- request of another row, which has ended since, as unfinished: then this one was enqueued. Not checked at serializable: transactions that
    -- insert would conflict with each other. There a claim rejects it, with the reason.
    perform batch.refuse_second_row(tg_relid, tg_argv[0], id);
  end if;
  return null;
end
$_$;


--
-- Name: existing_rows(text, bigint[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.existing_rows(p_kind text, p_ids bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return coalesce(batch.read_keys(p_kind, null, null, null, coalesce(p_ids, '{}')), '{}');
exception
  -- syntax_error: the reader has found no key.
  when insufficient_privilege or undefined_table or undefined_column or undefined_function or null_value_not_allowed
    or syntax_error
  then
    return '{}';
end
$$;


--
-- Name: expected_claims(bigint[], timestamp with time zone[], bigint, bigint, bigint, timestamp with time zone); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.expected_claims(p_expected bigint[], p_since timestamp with time zone[], p_made bigint, p_needed bigint, p_made_since_poll bigint, p_late timestamp with time zone, OUT expected bigint[], OUT since timestamp with time zone[], OUT missing bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    AS $$
declare
  creation constant interval := make_interval(secs => p_made_since_poll * 1000 / 6 / 1000.0);
  outstanding bigint;
  outstanding_since timestamptz;
  late timestamptz;
begin
  expected := '{}';
  since := '{}';
  missing := 0;
  for i in 1 .. cardinality(p_expected) loop
    outstanding := least(p_expected[i], p_needed) - p_made;
    continue when outstanding <= 0;
    outstanding_since := p_since[i];
    late := p_late;
    if outstanding > 60 then
      outstanding_since := greatest(outstanding_since, least(outstanding_since + creation, now()));
      late := late - make_interval(secs => outstanding / 6);
    end if;
    if outstanding_since <= late then
      missing := outstanding;
    end if;
    if p_made + outstanding = expected[cardinality(expected)] then
      since[cardinality(since)] := least(since[cardinality(since)], outstanding_since);
    else
      expected := expected || p_made + outstanding;
      since := since || outstanding_since;
    end if;
  end loop;
end
$$;


--
-- Name: fail(text, text, bigint, integer, integer, text, text, boolean); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.fail(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_reason text, p_error text, p_final boolean) RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform from batch.queue q
  where q.kind = p_kind and q.request_id = p_request and q.job_name is not distinct from p_job
    and q.attempt = p_attempt and q.session_id = p_session
  for update;
  if found then
    return next batch.end_attempt(p_kind, p_request, p_reason, p_error, p_final, p_reason <> 'interrupted');
  else
    return query select batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, p_reason);
  end if;
end
$$;


--
-- Name: fill_template(text, jsonb); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.fill_template(p_template text, p_values jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  filled text := '';
  part text;
  number bigint;
begin
  for part, number in select * from regexp_split_to_table(p_template, '[{}]') with ordinality loop
    if number % 2 = 1 then
      filled := filled || part;
    elsif p_values ->> part is null then
      raise exception 'the values of a template must have the name %; got %', part, p_values;
    else
      filled := filled || (p_values ->> part);
    end if;
  end loop;
  return filled;
end
$$;


--
-- Name: finish(text, jsonb); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.finish(p_token text, p_result jsonb DEFAULT NULL::jsonb) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
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


--
-- Name: forget_requests(text, bigint[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.forget_requests(p_kind text, p_ids bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
declare
  ctids tid[];
begin
  select array_agg(found.row_ctid) into ctids
  from unnest(p_ids) as forgotten (id)
  cross join lateral (
    select h.ctid as row_ctid from batch.history h where h.kind = p_kind and h.request_id = forgotten.id offset 0 for update
  ) found;
  delete from batch.history h where h.ctid = any (ctids);
  delete from batch.deleted_request d where d.kind = p_kind and d.request_id = any (p_ids);
end
$$;


--
-- Name: has_failed_over(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.has_failed_over(p_kind text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  started constant timestamptz := pg_postmaster_start_time();
  known record;
begin
  select s.server_started_at as started_at, s.failed_over_at, s.polled_at into known from batch.scaling s where s.kind = p_kind;
  if found and known.started_at is distinct from started then
    known.failed_over_at := case when known.started_at is not null and started <= known.polled_at then now() end;
    update batch.scaling s set server_started_at = started, failed_over_at = known.failed_over_at
    from (select f.kind from batch.scaling f where f.kind = p_kind for no key update skip locked) free where s.kind = free.kind;
  end if;
  return coalesce(known.failed_over_at between now() - interval '5 seconds' and now() + interval '5 seconds', false);
end
$$;


--
-- Name: has_timed_out(timestamp with time zone); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.has_timed_out(p_since timestamp with time zone) RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select '0' < lock_timeout and lock_timeout < statement_timeout
    and clock_timestamp() - p_since > greatest(lock_timeout, 0.9 * statement_timeout)
  from (
    select current_setting('lock_timeout')::interval as lock_timeout, current_setting('statement_timeout')::interval as statement_timeout
  ) limits
$$;


--
-- Name: has_unqueued(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.has_unqueued(p_kind text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  chunk constant integer := 100000;
  cleared constant timestamptz := (select k.cleared_at from batch.kind k where k.kind = p_kind);
  repeats constant boolean := (select batch.keys_may_repeat(k.requests) from batch.kind k where k.kind = p_kind);
  above bigint;
  ids bigint[];
begin
  loop
    ids := batch.read_keys(p_kind, null, above, chunk, null);
    if repeats and (select count(distinct i) from unnest(ids) i) < cardinality(ids) or exists (
      select from unnest(ids) as existing (id)
      where (select true from batch.queue q where q.kind = p_kind and q.request_id = existing.id limit 1) is null and (
        (
          select h.status <> 'FAILED' and h.ended_at > cleared
          from batch.history h where h.kind = p_kind and h.request_id = existing.id order by h.attempt desc limit 1
        ) is not true
        or (select true from batch.deleted_request d where d.kind = p_kind and d.request_id = existing.id limit 1)
      )
    ) then
      return true;
    end if;
    exit when coalesce(cardinality(ids), 0) < chunk;
    -- The last key again where another row may have it.
    above := ids[chunk] - repeats::integer;
  end loop;
  return cardinality(batch.claimed_without_row(p_kind, false)) > 0;
exception
  when insufficient_privilege or undefined_object or data_exception then
    return true;
end
$$;


--
-- Name: has_worker_settings(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.has_worker_settings() RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((current_setting('timezone'::text) = 'UTC'::text) AND (current_setting('datestyle'::text) = 'ISO, MDY'::text) AND (current_setting('intervalstyle'::text) = 'postgres'::text) AND (current_setting('extra_float_digits'::text) = '1'::text) AND (current_setting('bytea_output'::text) = 'hex'::text) AND (current_setting('xmlbinary'::text) = 'base64'::text) AND (current_setting('lc_monetary'::text) = 'C'::text) AND (current_setting('row_security'::text) = 'on'::text) AND (current_setting('enable_seqscan'::text) = 'off'::text));


--
-- Name: is_attached(regclass, text, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.is_attached(p_requests regclass, p_kind text, p_timeout_column name) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  present constant oid[] := batch.partitions(p_requests, p_kind);
  partitioned constant boolean := (select c.relkind = 'p' from pg_class c where c.oid = p_requests);
  always constant boolean := batch.is_subscribed(p_requests)
    or exists (select from batch.triggers(p_requests, p_kind) t where t.tgrelid = p_requests and t.tgenabled = 'A');
  suffix text := case when partitioned or always then '_row' else '' end;
begin
  return exists (
    select from batch.kind k
    where k.kind = p_kind and k.requests = p_requests and k.timeout_column is not distinct from p_timeout_column
      and k.partitions <@ present and present <@ k.partitions and k.unqueued_above is null
      and current_setting('transaction_isolation') like 'read %'
  ) and batch.attachment_problem(p_kind) is null and (
    select count(*) = 4 and bool_and(f.proname in ('enqueue' || suffix, 'dequeue' || suffix, 'rekey', 'dequeue_all') and t.tgattr = '')
      and bool_and(t.tgenabled = 'A' or not always)
    from pg_trigger t join pg_proc f on f.oid = t.tgfoid
    where t.tgrelid = p_requests and not t.tgisinternal and f.pronamespace = 'batch'::regnamespace
      and t.tgargs = convert_to(p_kind, 'UTF8') || decode('00', 'hex')
  );
end
$$;


--
-- Name: is_copy(regclass, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.is_copy(p_requests regclass, p_kind text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return current_setting('transaction_isolation') like 'read %'
    and not exists (select from batch.kind k where k.kind = p_kind and k.requests in (p_requests, pg_partition_root(p_requests)));
end
$$;


--
-- Name: is_paused(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.is_paused(p_problem text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN COALESCE(starts_with(p_problem, 'paused: '::text), false);


--
-- Name: is_subscribed(regclass); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.is_subscribed(p_requests regclass) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return exists (
    select from pg_subscription_rel s where s.srrelid in (select t.relation from batch.partition_tree(p_requests) t)
  ) and not exists (select from pg_subscription_rel s where s.srrelid = to_regclass('batch.queue'));
end
$$;


--
-- Name: is_timeout_column(regclass, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.is_timeout_column(p_requests regclass, p_column name) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return exists (
    select from pg_attribute a
    where a.attrelid = p_requests and a.attname = p_column and a.attnum > 0 and not a.attisdropped
      and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'float4'::regtype, 'float8'::regtype, 'numeric'::regtype)
  );
end
$$;


--
-- Name: is_transient(text, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.is_transient(p_code text, p_detail text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ((p_code ~~ '40%'::text) OR (p_code = '55P03'::text) OR ((p_code ~~ '53%'::text) AND (NOT ((p_code = '53200'::text) AND (p_detail <> ''::text)))));


--
-- Name: key_column(regclass); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.key_column(p_requests regclass) RETURNS name
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return (
    select a.attname
    from pg_index i
    join pg_attribute a on a.attrelid = p_requests and a.attnum = i.indkey[0]
    where i.indrelid = p_requests and i.indisprimary and i.indimmediate and a.atttypid = 'bigint'::regtype
      and (i.indnkeyatts = 1 or pg_partition_root(p_requests) is not null)
  );
end
$$;


--
-- Name: keys$clap(regclass, regclass, bigint, integer, bigint[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch."keys$clap"(p_requests regclass, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_seqscan TO 'off'
    AS $_$
declare
  present_name pg_catalog.text;
  key pg_catalog.text;
  keys bigint[];
begin
  if pg_catalog.pg_relation_is_updatable(p_requests, false) is not null
    and pg_catalog.to_regclass('public.make_it_clap')::pg_catalog.oid operator(pg_catalog.=) p_requests::pg_catalog.oid
  then
    lock table only public.make_it_clap in access share mode;
  end if;
  perform from pg_catalog.pg_class c
  where c.oid operator(pg_catalog.=) p_requests and pg_catalog.pg_has_role(c.relowner, current_user, 'usage');
  if not found then
    raise exception 'the reader of a kind must run as the owner of its table (nothing else may run with other rights)'
      using errcode = 'insufficient_privilege';
  end if;
  if pg_catalog.cardinality(p_ids) operator(pg_catalog.=) 1 and coalesce(p_partition::pg_catalog.int8, p_after, p_limit) is null
    and 
    pg_catalog.pg_get_indexdef(pg_catalog.to_regclass('public.make_it_clap_pkey')::pg_catalog.oid, 1, false) operator(pg_catalog.=) 'id'
    and p_requests::pg_catalog.text operator(pg_catalog.=) 'public.make_it_clap'
    and pg_catalog.pg_get_replica_identity_index(p_requests)::pg_catalog.oid
      operator(pg_catalog.=) pg_catalog.to_regclass('public.make_it_clap_pkey')::pg_catalog.oid
  then
    select pg_catalog.array_agg(r.id) into keys from public.make_it_clap r where r.id operator(pg_catalog.=) $5[1];
    present_name := 'public.make_it_clap';
  else
  loop
    present_name := p_requests::pg_catalog.text;
    exit when coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid; -- dropped
    execute 'lock table only ' operator(pg_catalog.||) present_name operator(pg_catalog.||) ' in access share mode';
    exit when p_requests::pg_catalog.text operator(pg_catalog.=) present_name;
  end loop;
  perform from pg_catalog.pg_class c
  where c.oid operator(pg_catalog.=) p_requests and pg_catalog.pg_has_role(c.relowner, current_user, 'usage');
  if not found then
    raise exception 'the reader of a kind must run as the owner of its table (nothing else may run with other rights)'
      using errcode = 'insufficient_privilege';
  end if;
  select coalesce(pg_catalog.pg_get_indexdef(i.indexrelid, 1, false), pg_catalog.quote_ident(a.attname)) into key
  from pg_catalog.pg_index i
  join pg_catalog.pg_attribute a on a.attrelid operator(pg_catalog.=) i.indrelid and a.attnum operator(pg_catalog.=) i.indkey[0]
  where i.indrelid operator(pg_catalog.=) p_requests and i.indisprimary;
    if coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid then
      raise exception 'the table was renamed while it was read' using errcode = 'serialization_failure';
    end if;
    execute pg_catalog.format(
      'select pg_catalog.array_agg(s.id) from (
         select r.%1$s as id from %2$s r
         where ($1 is null or r.%1$s operator(pg_catalog.>) $1) and ($3 is null or r.%1$s operator(pg_catalog.=) any ($3)) %3$s
         order by 1 limit $2
       ) s',
      key, present_name,
      -- Through the table, whose owner may have no right on the partition itself; the condition spares the other partitions.
      'and r.tableoid operator(pg_catalog.=) ' operator(pg_catalog.||) p_partition::pg_catalog.oid
        operator(pg_catalog.||) coalesce(' and ' operator(pg_catalog.||) pg_catalog.pg_get_partition_constraintdef(p_partition::pg_catalog.oid), '')
    ) into keys using p_after, p_limit, p_ids;
  end if;
  if coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid then
    raise exception 'the table was renamed while it was read' using errcode = 'serialization_failure';
  end if;
  return keys;
end
$_$;


--
-- Name: keys_may_repeat(regclass); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.keys_may_repeat(p_requests regclass) RETURNS boolean
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT (EXISTS ( SELECT
            FROM pg_index i
           WHERE ((i.indrelid = (keys_may_repeat.p_requests)::oid) AND i.indisprimary AND (i.indnkeyatts > 1)))) AS "exists";
END;


--
-- Name: keys_reader(regclass, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.keys_reader(p_requests regclass, p_reader name) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
  return batch.fill_template($body$
declare
  present_name pg_catalog.text;
  key pg_catalog.text;
  keys bigint[];
begin{lock_by_name}{check_role}{begin_reading}
  if pg_catalog.cardinality(p_ids) operator(pg_catalog.=) 1 and coalesce(p_partition::pg_catalog.int8, p_after, p_limit) is null
    and {names_are_valid}
  then
    select pg_catalog.array_agg(r.{key}) into keys from {table} r where r.{key} operator(pg_catalog.=) $5[1];
    present_name := {table_literal};
  else{lock_by_present_name}{check_role}{find_key}
    if {is_renamed} then
      raise exception 'the table was renamed while it was read' using errcode = 'serialization_failure';
    end if;
    execute pg_catalog.format(
      'select pg_catalog.array_agg(s.id) from (
         select r.%1$s as id from %2$s r
         where ($1 is null or r.%1$s operator(pg_catalog.>) $1) and ($3 is null or r.%1$s operator(pg_catalog.=) any ($3)) %3$s
         order by 1 limit $2
       ) s',
      key, present_name,
      -- Through the table, whose owner may have no right on the partition itself; the condition spares the other partitions.
      'and r.tableoid operator(pg_catalog.=) ' operator(pg_catalog.||) p_partition::pg_catalog.oid
        operator(pg_catalog.||) coalesce(' and ' operator(pg_catalog.||) pg_catalog.pg_get_partition_constraintdef(p_partition::pg_catalog.oid), '')
    ) into keys using p_after, p_limit, p_ids;
  end if;
  if {is_renamed} then
    raise exception 'the table was renamed while it was read' using errcode = 'serialization_failure';
  end if;{end_reading}
  return keys;
end
$body$, batch.reader_parts(p_requests, p_reader));
end
$_$;


--
-- Name: limit_reached(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.limit_reached(p_kind text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  s record;
begin
  -- The table comes first, since polls wait for the row of batch.scaling.
  perform batch.existing_rows(p_kind, '{}');
  select c.running_limit, c.claimed_xid into s from batch.scaling c where c.kind = p_kind for no key update;
  -- Requests whose worker is suspected count as well: the worker, or its Job, may return.
  return coalesce(s.running_limit <= (
    select count(*) from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.claimed_xid >= s.claimed_xid
  ), false);
end
$$;


--
-- Name: lock_attachments(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.lock_attachments() RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT pg_advisory_xact_lock(1650553955, '-1'::integer) AS pg_advisory_xact_lock;
END;


--
-- Name: lock_attempt(text, text, bigint, integer, integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.lock_attempt(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform from batch.queue q
  where q.kind = p_kind and q.request_id = p_request and q.job_name is not distinct from p_job
    and q.attempt = p_attempt and q.session_id = p_session
  for update skip locked;
  if found then
    return true;
  end if;
  perform from batch.queue q
  where q.kind = p_kind and q.request_id = p_request and q.job_name is not distinct from p_job
    and q.attempt = p_attempt and q.session_id = p_session;
  return case when found then false end;
end
$$;


--
-- Name: lock_kind(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.lock_kind(p_kind text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform batch.read_keys(p_kind, null, null, 0, null);
  perform from batch.kind k where k.kind = p_kind for no key update skip locked;
  return found;
end
$$;


--
-- Name: lock_session(integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.lock_session(p_session integer) RETURNS boolean
    LANGUAGE sql
    RETURN pg_try_advisory_lock(1650553955, p_session);


--
-- Name: lock_token(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.lock_token(p_token text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  locked bigint;
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  if current_setting('idle_in_transaction_session_timeout') = '0' then
    perform set_config('idle_in_transaction_session_timeout', '10min', true);
  end if;
  if current_setting('client_connection_check_interval') = '0' then
    begin
      perform set_config('client_connection_check_interval', '500ms', true);
    exception when invalid_parameter_value then
      -- This platform's server notices only when it next writes to the client.
    end;
  end if;
  select q.request_id into locked from batch.queue q
  where q.kind = split_part(p_token, ':', 1) and q.request_id = split_part(p_token, ':', 2)::bigint
    and q.token = split_part(p_token, ':', 4)::uuid and q.attempt = split_part(p_token, ':', 3)::integer and q.session_id is not null
  for update;
  return locked;
end
$$;


--
-- Name: maintain(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.maintain(p_kind text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  attached batch.kind;
  current_problem text := batch.attachment_problem(p_kind);
  had_problem boolean;
  needs record;
  ctids tid[];
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  had_problem := attached.problem is not null and not batch.is_paused(attached.problem);
  -- What reads the table comes before what locks rows of the queue's own tables: a transaction that has locked the table may wait for them.
  if current_problem is null then
    begin
      if attached.problem like 'no row of %' then
        current_problem := batch.reading_problem(p_kind);
      end if;
      if had_problem and current_problem is null and attached.unqueued_above is null then
        if batch.lock_kind(p_kind) then
          update batch.kind k set unqueued_partition = null, unqueued_above = -9223372036854775808 where k.kind = p_kind;
        else
          current_problem := attached.problem;
        end if;
      end if;
      if current_problem is null then
        perform batch.enqueue_missed(p_kind);
        perform batch.enqueue_reinserted(p_kind);
        -- batch.enqueue_missed() may have found that a partition was detached.
        if (select k.sweep_pending from batch.kind k where k.kind = p_kind) then
          perform batch.sweep(p_kind);
        end if;
      end if;
    exception
      when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
        raise;
      when others or assert_failure then
        current_problem := format('the rows of %s cannot be read: %s', attached.requests, sqlerrm);
    end;
  end if;
  -- What few polls need, asked in one statement: calling the three functions at every poll would cost more.
  select s.polled_at > clock_timestamp() as clock_set_back,
         s.bounds_reset_at < now() - interval '5 minutes' or greatest(s.waiting_xid, s.claimed_xid) > next.xid as outdated_bounds,
         exists (
           select from batch.queue q
           where q.kind = p_kind and q.job_name is null and q.available_at is null and q.enqueued_xid > next.xid
         ) as ids_ahead
  into needs
  from batch.scaling s, pg_snapshot_xmax(pg_current_snapshot()) as next (xid) where s.kind = p_kind;
  if needs.clock_set_back then
    perform batch.move_times_back(p_kind);
  end if;
  if needs.outdated_bounds then
    perform batch.reset_bounds(p_kind);
  end if;
  if needs.ids_ahead then
    perform batch.refresh_enqueued_xids(p_kind);
  end if;
  -- Here and below: what another transaction has locked, perhaps for long, is left to a later poll.
  select array_agg(due.row_ctid) into ctids
  from (select q.ctid as row_ctid from batch.queue q where q.kind = p_kind and q.available_at <= now() for update skip locked) due;
  if ctids is not null then
    update batch.queue q set available_at = null, enqueued_xid = pg_current_xact_id() where q.ctid = any (ctids);
  end if;
  perform batch.set_missing_claimed_xids(p_kind);
  perform batch.suspect_dead(p_kind);
  perform batch.reap(p_kind);
  perform batch.refresh_claimed_xids(p_kind);
  perform batch.advance_bounds(p_kind);
  select array_agg(old.row_ctid) into ctids from (
    select j.ctid as row_ctid from batch.job j where j.kind = p_kind and j.updated_at < now() - interval '7 days' for update skip locked
  ) old;
  if ctids is not null then
    delete from batch.job j where j.ctid = any (ctids);
  end if;
  return current_problem;
end
$$;


--
-- Name: mark_reinserted(text, bigint[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.mark_reinserted(p_kind text, p_ids bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  uncanceled bigint[];
  deleted bigint[];
  unknown bigint[];  -- they have just ended and been purged, or have ended and keep their row
  id bigint;
begin
  select array_agg(wanted.id order by wanted.id) filter (where d.found and (q.session_id is null or q.canceled is not null)),
         array_agg(wanted.id) filter (
           where q.session_id is not null and q.canceled is null and q.started_at < k.cleared_at and (d.found or k.sweep_pending)
         ),
         array_agg(wanted.id) filter (where q.found is null and d.found is null)
  into deleted, uncanceled, unknown
  from unnest(p_ids) as wanted (id)
  join batch.kind k on k.kind = p_kind
  left join lateral (
    select true as found from batch.deleted_request c where c.kind = p_kind and c.request_id = wanted.id limit 1
  ) d on true
  left join lateral (
    select true as found, c.canceled, c.started_at, c.session_id from batch.queue c where c.kind = p_kind and c.request_id = wanted.id limit 1
  ) q on true;
  if uncanceled is not null then
    perform batch.refuse_running_key(p_kind, uncanceled);
  end if;
  foreach id in array coalesce(deleted, '{}') loop
    -- The mark may have been deleted since, with the attempts that have just ended (batch.purge).
    insert into batch.deleted_request (kind, request_id, reinserted) values (p_kind, id, true)
    on conflict (kind, request_id) do update set reinserted = true;
  end loop;
  if unknown is not null then
    perform batch.enqueue_ids(p_kind, unknown);
  end if;
end
$$;


--
-- Name: move_times_back(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.move_times_back(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  present constant timestamptz := clock_timestamp();
  polled timestamptz;
  overdue timestamptz;
  ahead interval;
  lately tstzrange;
  ctids tid[];
begin
  select s.polled_at, s.polled_at - coalesce(s.poll_gap, '0') - interval '30 seconds',
         tstzrange(present - greatest(2 * s.poll_gap, interval '1 minute'), present, '[]')
  into polled, overdue, lately
  from batch.scaling s
  where s.kind = p_kind and s.polled_at > present + interval '1 second' for no key update skip locked;
  if not found then
    return;
  end if;
  ahead := polled - present;
  select array_agg(claimed.row_ctid) into ctids from (
    select q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and (q.job_name is not null or q.available_at is not null) for update skip locked
  ) claimed;
  update batch.queue q
  set created_at = case when q.created_at > present then q.created_at - ahead else q.created_at end,
      -- The difference between deadline_at and started_at is the timeout, which batch.reap() reports: both move.
      started_at = case when q.started_at > present or stored.limited then q.started_at - ahead else q.started_at end,
      deadline_at = case when stored.limited then q.deadline_at - ahead else q.deadline_at end,
      suspected_at = case when q.suspected_at > present then q.suspected_at - ahead else q.suspected_at end,
      reserved_until = case when q.reserved_until >= polled then q.reserved_until - ahead else q.reserved_until end,
      -- The lease of a suspect had ended.
      lease_until = case when q.lease_until >= polled then q.lease_until - ahead
        when q.suspected_at is not null then least(q.lease_until, present) else q.lease_until end,
      stopping_until = case when q.stopping_until >= polled and not stored.recent then q.stopping_until - ahead else q.stopping_until end,
      available_at = case when q.available_at >= polled and (not stored.recent or stored.ended_ahead) then q.available_at - ahead
        else q.available_at end
  from (
    select c.ctid as row_ctid, attempt.recent, c.deadline_at >= overdue and not attempt.recent as limited,
           exists (
             select from batch.history h
             where h.kind = p_kind and h.request_id = c.request_id and h.attempt = c.attempt and h.ended_at > present
           ) as ended_ahead
    from batch.queue c, lateral (select coalesce(lately @> c.started_at, false)) as attempt (recent)
    where c.ctid = any (ctids)
  ) stored
  where q.ctid = stored.row_ctid;
  update batch.scaling s
  set polled_at = present,
      expected_since = array(
        select case when e.since > polled - interval '1 day' then e.since - ahead else e.since end
        from unnest(s.expected_since) with ordinality e (since, ordinal) order by e.ordinal),
      limited_until = case when s.limited_until >= polled then s.limited_until - ahead else s.limited_until end,
      bounds_reset_at = least(s.bounds_reset_at, present - interval '5 minutes')
  where s.kind = p_kind;
end
$$;


--
-- Name: own(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.own(p_token text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  owned bigint;
begin
  perform batch.check_token(p_token);
  owned := batch.lock_token(p_token);
  if owned is null then
    raise exception 'the attempt is no longer current: its request was given to another worker or has ended'
      using errcode = 'object_not_in_prerequisite_state', hint = 'Roll back and exit; nothing of this transaction may take effect.';
  end if;
  return owned;
end
$$;


--
-- Name: partition_tree(regclass); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.partition_tree(p_requests regclass, OUT relation oid, OUT is_leaf boolean) RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with recursive tree (relation) as (
    select p_requests::oid
    union all
    select i.inhrelid from tree join pg_inherits i on i.inhparent = tree.relation join pg_class c on c.oid = i.inhrelid and c.relispartition
    where not i.inhdetachpending
  )
  select tree.relation, c.relkind <> 'p' from tree join pg_class c on c.oid = tree.relation
$$;


--
-- Name: partitions(regclass, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.partitions(p_requests regclass, p_kind text) RETURNS oid[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return (
    select case when c.relkind = 'p' then array(
      select t.oid from batch.partition_tree(p_requests) p join pg_trigger t on t.tgrelid = p.relation and t.tgname = 'batch_' || p_kind
      where p.is_leaf order by 1
    ) else '{}' end
    from pg_class c where c.oid = p_requests
  );
end
$$;


--
-- Name: pause(text, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.pause(p_kind text, p_reason text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  least_key constant bigint := -9223372036854775808;
begin
  if not (batch.require_kind(p_kind)).attached then
    raise exception 'kind must be attached (requests of a detached kind are not run); got %, which is detached', quote_literal(p_kind);
  end if;
  update batch.kind k
  set problem = format('paused: %s (to continue: select batch.resume(%L))', coalesce(p_reason, 'by ' || session_user), p_kind),
      problem_since = case when batch.is_paused(k.problem) then k.problem_since else now() end,
      -- The problem that it had is no longer shown; once it is solved, its rows are checked (batch.maintain).
      unqueued_above = case when k.problem is null or batch.is_paused(k.problem) then k.unqueued_above else coalesce(k.unqueued_above, least_key) end
  where k.kind = p_kind;
end
$$;


--
-- Name: purge(text, interval, integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.purge(p_kind text, p_age interval, p_limit integer DEFAULT 10000) RETURNS bigint
    LANGUAGE plpgsql
    AS $_$
declare
  callers_path constant text := pg_catalog.current_setting('search_path');
  own_path constant text := 'pg_catalog, pg_temp';
  attached batch.kind;
  key name;
  kinds text[];
  problem text;
  ids bigint[];
  marked bigint[];
  unlocked bigint[];
  kept bigint[];
  above bigint;
  deletion text;
begin
  perform pg_catalog.set_config('search_path', own_path, true);
  if p_age is null or p_age < interval '0' then
    raise exception 'the age must be an interval of 0 or more; got %', coalesce(p_age::text, 'null');
  end if;
  if p_limit is null or p_limit < 1 then
    raise exception 'the limit must be 1 request or more (one transaction deletes all of them); got %', coalesce(p_limit::text, 'null');
  end if;
  if current_setting('transaction_isolation') not like 'read %' then
    raise exception 'purge must run at read committed (another transaction may have retried a request); got %',
      current_setting('transaction_isolation') using hint = 'set default_transaction_isolation = ''read committed''';
  end if;
  attached := batch.require_kind(p_kind);
  if exists (select from pg_class c where c.oid = attached.requests) then
    if not attached.attached and attached.requests::text is distinct from attached.detached_name then
      raise exception 'cannot purge %: % was called % when it was detached, or is another table (a restore may reuse the OID)',
        p_kind, attached.requests, coalesce(attached.detached_name, 'something else') using errcode = 'object_not_in_prerequisite_state',
        hint = format('If it is the same table, select batch.attach(%L, %L), and detach it again.', attached.requests, p_kind);
    end if;
    -- The table before the row of the kind, as a TRUNCATE locks them.
    execute format('lock table %s in row exclusive mode', attached.requests);
    key := batch.require_key(attached.requests, p_kind);
    -- Not a new row of such a key: one that was inserted a moment ago, that waited when its kind was detached (batch.unregister), or that was
    -- inserted after the table was truncated and before its kind is attached again.
    deletion := format(
      'delete from %1$s r where r.%2$I operator(pg_catalog.=) any ($1)
         and (select true from batch.queue q
           where q.kind operator(pg_catalog.=) any ($2) and q.request_id operator(pg_catalog.=) r.%2$I limit 1) is null
         and (select true from batch.deleted_request d
           where d.kind operator(pg_catalog.=) %3$L and d.request_id operator(pg_catalog.=) r.%2$I limit 1) is null
         and (select h.ended_at from batch.history h
           where h.kind operator(pg_catalog.=) %3$L and h.request_id operator(pg_catalog.=) r.%2$I
           order by h.attempt desc limit 1) operator(pg_catalog.>)
           (select k.cleared_at from batch.kind k where k.kind operator(pg_catalog.=) %3$L)',
      attached.requests, key, p_kind);
    if batch.keys_may_repeat(attached.requests) then
      -- Nor one of several rows with a key: of these, at most one was run.
      deletion := deletion || format(
        ' and (select pg_catalog.count(*) from %1$s o where o.%2$I operator(pg_catalog.=) r.%2$I) operator(pg_catalog.=) 1',
        attached.requests, key);
    end if;
  end if;
  -- All kinds of the table: a row stays while one of them has an unfinished request for it.
  kinds := array(
    select k.kind from (select c.kind from batch.kind c where c.requests = attached.requests order by c.kind for no key update) k
  );
  select * into attached from batch.kind k where k.kind = p_kind and k.requests = attached.requests for no key update;
  if not found then
    raise exception 'cannot purge %: another table was attached as this kind meanwhile; call batch.purge() again', p_kind
      using errcode = 'serialization_failure';
  end if;
  -- A row that cannot be seen would be taken for a deleted one, and would run again without its attempts. The reader sees every row, unless
  -- the kind has a problem (its table may have been restored, and wait to be attached); the caller finds those of a detached kind.
  if attached.attached then
    problem := batch.attachment_problem(p_kind);
  elsif key is not null and row_security_active(attached.requests) then
    problem := format('row level security may hide rows of %s from %I: call batch.purge() as a role to which it does not apply',
      attached.requests, current_user);
  end if;
  if problem is not null then
    raise exception 'cannot purge %: %', p_kind, problem using errcode = 'object_not_in_prerequisite_state';
  end if;
  loop
    ids := batch.ended_requests(p_kind, now() - p_age, above, p_limit);
    exit when ids is null;
    above := ids[cardinality(ids)];
    kept := '{}';
    if key is not null then
      perform set_config('search_path', callers_path, true);
      execute deletion using ids, kinds;
      perform pg_catalog.set_config('search_path', own_path, true);
    end if;
    -- A transaction that has locked a mark, and not committed, may have inserted the row again while its last attempt ran: then the mark is
    -- all that the queue knows of it (batch.mark_reinserted). Another one waits until this purge has committed.
    marked := array(select d.request_id from batch.deleted_request d where d.kind = p_kind and d.request_id = any (ids));
    unlocked := array(
      select d.request_id from batch.deleted_request d where d.kind = p_kind and d.request_id = any (marked) for update skip locked
    );
    ids := array(select unnest(ids) except select unnest(marked) union select unnest(unlocked));
    if key is not null then
      -- A policy or a trigger may have kept a row: without its attempts it would be run again.
      if attached.attached then
        kept := coalesce(batch.read_keys(p_kind, null, null, null, ids), '{}');
      else
        execute format('select coalesce(array_agg(r.%1$I), %3$L) from %2$s r where r.%1$I = any ($1)', key, attached.requests, '{}')
        into kept using ids;
      end if;
    end if;
    ids := array(select unnest(ids) except select unnest(kept));
    perform batch.forget_requests(p_kind, ids);
    -- When all of them are kept, there may be others above them.
    exit when cardinality(ids) > 0;
  end loop;
  perform set_config('search_path', callers_path, true);
  return coalesce(pg_catalog.cardinality(ids), 0);
end
$_$;


--
-- Name: read_keys(text, regclass, bigint, integer, bigint[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.read_keys(p_kind text, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  path constant text := pg_catalog.current_setting('search_path');
  attached batch.kind;
  keys bigint[];
  unused integer;
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  for try in 1..3 loop
    begin
      -- It waits for the table: batch.detach() locks it and drops the reader, whose call must not be planned before.
      unused := pg_relation_is_updatable(attached.requests, false);
      execute format('select batch.%I($1, $2, $3, $4, $5)', 'keys$' || p_kind) into keys
      using attached.requests, p_partition, p_after, p_limit, p_ids;
      exit;
    exception when undefined_table or serialization_failure then
      -- The table was renamed while the reader waited for it or read it, or the owner's code names a table that does not exist.
      if try = 3 then
        raise;
      end if;
    end;
  end loop;
  if pg_catalog.current_setting('search_path') operator(pg_catalog.<>) path then
    perform batch.refuse_search_path(attached.requests);
  end if;
  return keys;
end
$_$;


--
-- Name: read_request(text, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.read_request(p_kind text, p_request bigint, OUT request text, OUT timeout_seconds double precision, OUT problem text, OUT missing boolean, OUT unreadable text, OUT kind_problem boolean, OUT canceled text) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  kind_row record;
  found_row record;
  detail text;  -- of an error
begin
  missing := false;
  kind_problem := false;
  select k.requests, k.timeout_column into kind_row from batch.kind k where k.kind = p_kind;
  for try in 1..3 loop
    problem := null;
    unreadable := null;
    begin
      found_row := batch.read_row(p_kind, kind_row.requests, kind_row.timeout_column, p_request);
      request := found_row.request;
      timeout_seconds := found_row.timeout_seconds;
      missing := request is null;
      if getdatabaseencoding() <> 'UTF8' then
        -- The answer could not be sent, and every claim would fail.
        perform convert_to(request, 'UTF8');
      end if;
      if missing then
        problem := format('%s has no row with this primary key', kind_row.requests);
      elsif octet_length(request) > 67108864 then
        -- A worker that cannot receive it in time would claim it again and again: no attempt is counted before the answer is sent.
        problem := format('its row must be at most 67108864 bytes of JSON (64 MiB: it is sent to the worker); got %s', octet_length(request));
        return;
      elsif timeout_seconds is not null and not timeout_seconds between 0 and 604800 then
        problem := format('its timeout must be 0 to 604800 seconds (at most a week; 0 is none); got %s', timeout_seconds);
      end if;
    exception when query_canceled then
      canceled := sqlerrm;
      return;
    when others or assert_failure then
      get stacked diagnostics detail = pg_exception_detail;
      if batch.is_transient(sqlstate, detail) then
        raise;
      end if;
      problem := format('its row cannot be read: %s', sqlerrm);
      unreadable := sqlstate;
    end;
    exit when problem is null;
    -- The table may have been changed at this moment (renamed, attached again): then it is read again as it is now.
    select k.requests, k.timeout_column into kind_row from batch.kind k where k.kind = p_kind and batch.attachment_problem(p_kind) is null;
    if not found then
      kind_problem := true;
      return;
    end if;
  end loop;
  missing := missing and unreadable is null;
end
$$;


--
-- Name: read_row(text, regclass, name, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.read_row(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
  path constant text := pg_catalog.current_setting('search_path');
  found_row record;
  unused integer;
begin
  -- As in batch.read_keys().
  unused := pg_relation_is_updatable(p_requests, false);
  if batch.has_worker_settings() then
    found_row := batch.call_reader(p_kind, p_requests, p_timeout_column, p_request);
  else
    found_row := batch.read_row_with_settings(p_kind, p_requests, p_timeout_column, p_request);
  end if;
  if pg_catalog.current_setting('search_path') operator(pg_catalog.<>) path then
    perform batch.refuse_search_path(p_requests);
  end if;
  return found_row;
end
$$;


--
-- Name: read_row_with_settings(text, regclass, name, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.read_row_with_settings(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET "DateStyle" TO 'ISO, MDY'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'UTC'
    SET xmlbinary TO 'base64'
    SET lc_monetary TO 'C'
    SET row_security TO 'on'
    SET enable_seqscan TO 'off'
    AS $$
begin
  return batch.call_reader(p_kind, p_requests, p_timeout_column, p_request);
end
$$;


--
-- Name: reader_calls(text[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.reader_calls(p_kinds text[]) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  middle integer := (1 + cardinality(p_kinds)) / 2;
begin
  if cardinality(p_kinds) > 1 then
    return format(E'\nif p_kind <= %L collate "C" then%s\nelse%s\nend if;', p_kinds[middle],
      batch.reader_calls(p_kinds[:middle]), batch.reader_calls(p_kinds[middle + 1:]));
  elsif cardinality(p_kinds) = 1 then
    return format(E'\nif p_kind = %L then\n  return batch.%I(p_requests, p_timeout_column, p_request);\nend if;', p_kinds[1], 'row$' || p_kinds[1]);
  end if;
  return '';
end
$_$;


--
-- Name: reader_parts(regclass, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.reader_parts(p_requests regclass, p_reader name) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  names constant jsonb := jsonb_build_object(
    'table', p_requests::text,
    'table_literal', quote_literal(p_requests::text),
    'key', quote_ident(batch.key_column(p_requests)),
    'key_literal', quote_literal(quote_ident(batch.key_column(p_requests))),
    -- The key's index as to_regclass() takes it, from which pg_get_indexdef() reads the column's present name without a scan.
    'index_literal', (
      select quote_literal(format('%I.%I', n.nspname, c.relname))
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
      where i.indrelid = p_requests and i.indisprimary
    )
  );
  -- "lock table" takes a name and fails if that changes while it waits, so pg_relation_is_updatable() waits first.
  lock_by_name constant text := $$
  if pg_catalog.pg_relation_is_updatable(p_requests, false) is not null
    and pg_catalog.to_regclass({table_literal})::pg_catalog.oid operator(pg_catalog.=) p_requests::pg_catalog.oid
  then
    lock table only {table} in access share mode;
  end if;$$;
  lock_by_present_name constant text := $$
  loop
    present_name := p_requests::pg_catalog.text;
    exit when coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid; -- dropped
    execute 'lock table only ' operator(pg_catalog.||) present_name operator(pg_catalog.||) ' in access share mode';
    exit when p_requests::pg_catalog.text operator(pg_catalog.=) present_name;
  end loop;$$;
  -- A statement of its own, since planning a statement that names the table may run code of its owner.
  check_role constant text := $$
  perform from pg_catalog.pg_class c
  where c.oid operator(pg_catalog.=) p_requests and pg_catalog.pg_has_role(c.relowner, current_user, 'usage');
  if not found then
    raise exception 'the reader of a kind must run as the owner of its table (nothing else may run with other rights)'
      using errcode = 'insufficient_privilege';
  end if;$$;
  find_key constant text := $$
  select coalesce(pg_catalog.pg_get_indexdef(i.indexrelid, 1, false), pg_catalog.quote_ident(a.attname)) into key
  from pg_catalog.pg_index i
  join pg_catalog.pg_attribute a on a.attrelid operator(pg_catalog.=) i.indrelid and a.attnum operator(pg_catalog.=) i.indkey[0]
  where i.indrelid operator(pg_catalog.=) p_requests and i.indisprimary;$$;
  -- The key's index must still be this table's, as another table's may have taken its name. pg_get_replica_identity_index() gives it
  -- without a scan, except for a table with another replica identity, which is read by a dynamic statement.
  names_are_valid constant text := $$
    pg_catalog.pg_get_indexdef(pg_catalog.to_regclass({index_literal})::pg_catalog.oid, 1, false) operator(pg_catalog.=) {key_literal}
    and p_requests::pg_catalog.text operator(pg_catalog.=) {table_literal}
    and pg_catalog.pg_get_replica_identity_index(p_requests)::pg_catalog.oid
      operator(pg_catalog.=) pg_catalog.to_regclass({index_literal})::pg_catalog.oid$$;
  -- A schema is renamed without a lock on its tables.
  is_renamed constant text :=
    'coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid';
  -- Where row level security applies to the owner, the policy of batch.attach() holds for the statements between these two only.
  set_reading constant text := case when batch.row_security_applies(p_requests, p_reader) then $$
  perform pg_catalog.set_config('postgres_batch.reading', '%s', true);$$ else '' end;
begin
  return names || jsonb_build_object(
    'lock_by_name', batch.fill_template(lock_by_name, names),
    'lock_by_present_name', lock_by_present_name,
    'check_role', check_role,
    'find_key', find_key,
    'names_are_valid', batch.fill_template(names_are_valid, names),
    'is_renamed', is_renamed,
    'begin_reading', format(set_reading, 'on'),
    'end_reading', format(set_reading, 'off')
  );
end
$_$;


--
-- Name: reader_role(regclass); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.reader_role(p_requests regclass) RETURNS name
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return (
    select case when o.rolsuper then pg_get_userbyid(n.nspowner) else o.rolname end
    from pg_class c join pg_roles o on o.oid = c.relowner, pg_namespace n
    where c.oid = p_requests and n.nspname = 'batch'
  );
end
$$;


--
-- Name: reading_problem(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.reading_problem(p_kind text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  attached batch.kind;
  until constant timestamptz := clock_timestamp() + coalesce(nullif(current_setting('statement_timeout'), '0')::interval, '10 s') / 10;
  ids bigint[];
  id bigint;
  found_row record;
  tried bigint[] := '{}';
  problem text;
  code text;
  detail text;
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  ids := array(
    select e.request_id from (
      (select q.request_id, row_number() over (order by q.request_id) as rank
       from batch.queue q where q.kind = p_kind order by q.request_id limit 500)
      union all
      (select q.request_id, row_number() over (order by q.request_id desc)
       from batch.queue q where q.kind = p_kind order by q.request_id desc limit 500)
    ) e group by e.request_id order by min(e.rank)
  );
  for round in 1..2 loop
    foreach id in array ids loop
      begin
        found_row := batch.read_row(p_kind, attached.requests, attached.timeout_column, id);
        if found_row.request is not null then
          return null;
        end if;
      exception
        when query_canceled then
          raise;
        when sqlstate 'BA001' then
          -- Several rows were read (batch.create_readers).
          return null;
        when others or assert_failure then
          get stacked diagnostics detail = pg_exception_detail;
          if batch.is_transient(sqlstate, detail) then
            raise;
          end if;
          tried := tried || id;
          problem := sqlerrm;
          code := sqlstate;
      end;
      exit when clock_timestamp() > until;
    end loop;
    exit when cardinality(tried) >= 10;
    ids := array(select unnest(batch.read_keys(p_kind, null, null, 10, null)) except select unnest(tried));
  end loop;
  if cardinality(tried) > 1 or code not like '22%' then
    return format('no row of %s can be read: %s', attached.requests, problem);
  end if;
  return null;
exception
  when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
    raise;
  when others or assert_failure then
    -- Not even the keys.
    return format('no row of %s can be read: %s', attached.requests, sqlerrm);
end
$$;


--
-- Name: reap(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.reap(p_kind text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  bound xid8;
  timeout_cutoff timestamptz;
  q batch.queue;
  changed bigint := 0;
begin
  select s.claimed_xid, least(s.polled_at, now()) - interval '30 seconds' into bound, timeout_cutoff from batch.scaling s where s.kind = p_kind;

  for q in
    select c.* from batch.queue c
    where c.kind = p_kind and c.job_name is not null and c.attempt >= -2147483648 and c.claimed_xid >= bound and (
      c.session_id is null and (c.reserved_until is null or c.reserved_until <= now())
      or c.deadline_at <= timeout_cutoff
      or c.suspected_at <= now() - interval '5 seconds'
    )
    for update skip locked
  loop
    begin
      if q.session_id is null then
        perform batch.release(p_kind, q.request_id);
        changed := changed + 1;
      elsif q.deadline_at <= timeout_cutoff then
        perform batch.end_or_reject(p_kind, q.request_id, 'error', format(
          'timed out after %s s, and its worker in pod %s did not record it', extract(epoch from q.deadline_at - q.started_at), q.pod_name),
          false);
        changed := changed + 1;
      elsif q.suspected_at <= now() - batch.reap_delay(p_kind, q.job_name, q.backoff_limit, q.backoff_seconds)
        and batch.session_is_dead(q.session_id, q.lease_until) and (q.lease_until is not null or not batch.has_failed_over(p_kind))
      then
        perform batch.end_or_reject(p_kind, q.request_id, 'crashed', format(
          'the worker in pod %s %s, and its Job started no other pod in time', q.pod_name,
          case when q.lease_until is null then 'died or lost its connection' else 'did not renew its lease' end), false);
        changed := changed + 1;
      end if;
    exception
      when query_canceled or transaction_rollback or lock_not_available or insufficient_resources then
        raise;
      when system_error or internal_error then
        -- The server's disk fails: a later poll tries again, and other requests need not wait for that.
        raise warning 'the end of attempt % of request % of % cannot be recorded yet: %', q.attempt, q.request_id, p_kind, sqlerrm;
      when others or assert_failure then
        perform batch.reject(p_kind, array[q.request_id], sqlerrm);
    end;
  end loop;
  return changed;
end
$$;


--
-- Name: reap_delay(text, text, integer, double precision); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.reap_delay(p_kind text, p_job text, p_backoff_limit integer, p_backoff_seconds double precision) RETURNS interval
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return greatest(
    batch.backoff(
      coalesce((select j.failures from batch.job j where j.kind = p_kind and j.job_name = p_job), 0), p_backoff_limit, p_backoff_seconds
    ) + make_interval(secs => p_backoff_seconds / 2),
    interval '5 seconds'
  );
end
$$;


--
-- Name: reclaim(text, text, integer, double precision, boolean); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.reclaim(p_kind text, p_job text, p_session integer, p_lease_seconds double precision, p_idle boolean) RETURNS TABLE(finding text, holder integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  own batch.queue;
  bound xid8;
begin
  select * into own from batch.queue q
  where q.kind = p_kind and q.job_name = p_job and q.session_id is not null and q.session_id <> p_session
  limit 1 for update skip locked;
  if found then
    if (own.lease_until is not null or not batch.has_failed_over(p_kind))
      and batch.session_is_dead(own.session_id, own.lease_until)
    then
      perform batch.end_or_reject(p_kind, own.request_id, 'crashed', format(
        'the worker in pod %s %s', own.pod_name, case when own.lease_until is null then 'died' else 'did not renew its lease' end), true);
      return query select 'reclaimed', null::integer;
    else
      return query select 'locked', case when own.lease_until is null and coalesce(own.stopping_until, now()) <= now() then own.session_id end;
    end if;
    return;
  end if;
  perform from batch.queue q
  where q.kind = p_kind and q.job_name = p_job and q.session_id is not null and q.session_id <> p_session;
  if found or p_lease_seconds is null and not batch.lock_session(p_session) then
    return query select 'locked', null::integer;
    return;
  end if;
  if batch.reap(p_kind) > 0 then
    return query select 'reclaimed', null::integer;
    return;
  end if;
  select s.claimed_xid into bound from batch.scaling s where s.kind = p_kind;
  if exists (
    select from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.claimed_xid >= bound
      and (q.suspected_at is not null or q.reserved_until is not null)
  ) then
    return query select 'reserved', null::integer;
    return;
  end if;
  if p_idle then
    -- One Job too many: it was created to replace one that was presumed absent.
    update batch.scaling s set absent_jobs = s.absent_jobs - 1 where s.kind = p_kind and s.absent_jobs > 0;
  end if;
end
$$;


--
-- Name: record_success(text, text, bigint, integer, integer, jsonb); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.record_success(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
  with done as (
    delete from batch.queue q
    where q.kind = p_kind and q.request_id = p_request and q.job_name is not distinct from p_job
      and q.attempt = p_attempt and q.session_id = p_session
    returning q.kind, q.request_id, q.attempt, q.session_id, q.created_at, q.started_at, q.job_name, q.pod_name, q.progress
  )
  insert into batch.history (
    kind, request_id, attempt, session_id, created_at, started_at, status, job_name, pod_name, result, progress
  )
  select done.kind, done.request_id, done.attempt, done.session_id, done.created_at, done.started_at, 'SUCCESS', done.job_name,
         done.pod_name, p_result, done.progress
  from done;
  return found;
end
$$;


--
-- Name: recorded(text, text, bigint, integer, integer, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.recorded(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_reason text) RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select h.status from batch.history h
  where h.kind = p_kind and h.request_id = p_request and h.attempt = p_attempt and h.job_name = p_job
    and h.session_id = p_session and (h.status = 'SUCCESS' or h.reason = p_reason)
$$;


--
-- Name: refresh_claimed_xids(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.refresh_claimed_xids(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  ctids tid[];
  old constant xid8 := greatest(pg_snapshot_xmax(pg_current_snapshot())::text::numeric - 1000, 0)::text::xid8;
begin
  select array_agg(behind.row_ctid) into ctids from (
    select q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648
      and q.claimed_xid >= (select s.claimed_xid from batch.scaling s where s.kind = p_kind)
      and q.claimed_xid < old
    for update skip locked
  ) behind;
  if ctids is not null then
    update batch.queue q set claimed_xid = pg_current_xact_id() where q.ctid = any (ctids);
  end if;
end
$$;


--
-- Name: refresh_enqueued_xids(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.refresh_enqueued_xids(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  ctids tid[];
begin
  select array_agg(ahead.row_ctid) into ctids from (
    select q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and q.job_name is null and q.available_at is null
      and q.enqueued_xid > greatest(pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned())
    order by q.enqueued_xid, q.request_id limit 10000 for update skip locked
  ) ahead;
  update batch.queue q set enqueued_xid = pg_current_xact_id() where q.ctid = any (ctids);
end
$$;


--
-- Name: refuse_old_snapshot(text, bigint[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.refuse_old_snapshot(p_kind text, p_ids bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  marked tid[];
begin
  if current_setting('transaction_isolation') like 'read %' then
    return;
  end if;
  -- Both statements fail for a row that was written after the snapshot. A poll that has locked the kind is not waited for.
  perform from batch.kind k where k.kind = p_kind for share skip locked;
  with inserted as (
    insert into batch.deleted_request as d (kind, request_id) select p_kind, i from unnest(p_ids) i
    on conflict (kind, request_id) do nothing returning d.ctid as row_ctid
  )
  select array_agg(i.row_ctid) into marked from inserted i;
  delete from batch.deleted_request d where d.ctid = any (marked);
end
$$;


--
-- Name: refuse_running_key(text, bigint[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.refuse_running_key(p_kind text, p_ids bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  busy record;
begin
  select q.request_id, q.job_name into busy
  from unnest(p_ids) as wanted (id), batch.kind k, lateral (
    select c.* from batch.queue c where c.kind = k.kind and c.request_id = wanted.id limit 1
  ) q
  where k.kind = p_kind and (q.canceled is not null or q.session_id is not null and q.started_at < k.cleared_at)
  order by q.request_id limit 1;
  if found then
    raise exception 'no row may get the key of % % before its running attempt has ended (one request, one owner); the Job % is working on it',
      p_kind, busy.request_id, busy.job_name using errcode = 'object_in_use';
  end if;
  perform batch.refuse_old_snapshot(p_kind, p_ids);
end
$$;


--
-- Name: refuse_search_path(regclass); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.refuse_search_path(p_requests regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  raise exception 'a policy, cast or function of the owner of % must not set search_path for the session (what runs next would find other functions): set it on that function instead',
    p_requests using errcode = 'object_not_in_prerequisite_state';
end
$$;


--
-- Name: refuse_second_row(regclass, text, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.refuse_second_row(p_requests regclass, p_kind text, p_request bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if cardinality(batch.existing_rows(p_kind, array[p_request])) > 1 then
    raise exception '% % must be the only row with its %, in all partitions (it identifies the request); got another one',
      p_kind, p_request, batch.require_key(p_requests, p_kind) using errcode = 'unique_violation';
  end if;
end
$$;


--
-- Name: refuse_table(regclass, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.refuse_table(p_requests regclass, p_timeout_column name) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  requests pg_class;
  key text;
  remedy text;
begin
  select c.* into requests from pg_class c where c.oid = p_requests;
  if not found then
    raise exception 'requests must be a table; got %', coalesce(p_requests::text, 'null');
  end if;
  if requests.relkind not in ('r', 'p') then
    raise exception '% must be a table (its rows are the requests); got a %', p_requests, case requests.relkind
      when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'relation of another kind' end;
  end if;
  if requests.relpersistence <> 'p' then
    raise exception '% must be a permanent table (workers read it from their own sessions, also after a crash); got %',
      p_requests, case requests.relpersistence when 't' then 'a temporary one' else 'an unlogged one' end;
  end if;
  if batch.unlogged_partition(p_requests) is not null then
    raise exception '% must be a permanent table with all its partitions (an unlogged one is empty after a crash); got %, which is unlogged',
      p_requests, batch.unlogged_partition(p_requests);
  end if;
  if requests.relnamespace in ('pg_catalog'::regnamespace, 'batch'::regnamespace) then
    raise exception '% must be one of your tables; got one of the schema %', p_requests, requests.relnamespace::regnamespace;
  end if;
  if requests.relispartition then
    raise exception '% must not be a partition (attach the table it belongs to: %); got one', p_requests, (
      select i.inhparent::regclass from pg_inherits i where i.inhrelid = p_requests);
  end if;
  if requests.relkind = 'r' and exists (select from pg_inherits i where p_requests in (i.inhparent, i.inhrelid)) then
    raise exception '% must not be part of table inheritance (rows of a child do not fire its triggers); got %', p_requests,
      case when exists (select from pg_inherits i where i.inhparent = p_requests) then 'child tables' else 'a parent table' end;
  end if;

  select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by array_position(i.indkey::int2[], a.attnum))
    || case when bool_and(i.indimmediate) then '' else ', deferrable' end,
    -- The key that most ORMs create unless they are asked for another.
    case when count(*) = 1 and bool_and(a.atttypid in ('integer'::regtype, 'smallint'::regtype))
      then format('alter table %s alter column %I type bigint', p_requests, min(a.attname))
        -- That of an identity column follows the column's type; that of a serial one does not.
        || coalesce('; alter sequence ' || pg_get_serial_sequence(p_requests::text, min(a.attname)) || ' as bigint', '') end
  into key, remedy
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
  where i.indrelid = p_requests and i.indisprimary;
  if batch.key_column(p_requests) is null then
    raise exception '% must have a primary key of one bigint column% (it identifies a request); got %',
      p_requests, case requests.relkind when 'p' then ', first, before those of the partition key' else '' end,
      concat_ws(': ', coalesce(key, 'no such key'), remedy);
  end if;

  if p_timeout_column is not null and not batch.is_timeout_column(p_requests, p_timeout_column) then
    raise exception 'the timeout column must be a numeric column of % (seconds); got %. Name another, or attach the table without one: %',
      p_requests, quote_ident(p_timeout_column), format('select batch.attach(%L, ''KIND'')', p_requests);
  end if;
end
$$;


--
-- Name: register(text, regclass, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.register(p_kind text, p_requests regclass, p_timeout_column name) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  kind_row batch.kind;
begin
  insert into batch.kind as k (kind, requests, timeout_column)
  values (p_kind, p_requests, p_timeout_column)
  on conflict (kind) do nothing;
  -- All kinds of the table, in the order of batch.purge(): the transaction may attach it under another one next.
  perform from batch.kind k where k.requests = p_requests order by k.kind for update;
  select * into strict kind_row from batch.kind k where k.kind = p_kind for update;
  if kind_row.requests <> p_requests then
    if kind_row.attached and exists (select from pg_class c where c.oid = kind_row.requests) then
      raise exception 'kind must be a new one (a kind belongs to one table); got %, which belongs to %', quote_literal(p_kind), kind_row.requests;
    end if;
    -- Waits for programs' own transactions (batch.own): batch.clear_kind() would skip what they have locked.
    perform from batch.queue q where q.kind = p_kind and q.session_id is not null for update;
    perform batch.clear_kind(p_kind, 'its table was replaced by another');
  end if;
  update batch.queue q set canceled = null where q.kind = p_kind and q.canceled = 'its kind was detached';
  update batch.kind k
  set requests = p_requests, timeout_column = p_timeout_column, attached = true,
      problem = case when batch.is_paused(k.problem) then k.problem end,
      problem_since = case when batch.is_paused(k.problem) then k.problem_since end
  where k.kind = p_kind;
  insert into batch.scaling (kind) values (p_kind) on conflict (kind) do nothing;
  if to_regclass('batch.arrivals_' || p_kind) is null then
    execute format('create sequence batch.%I', 'arrivals_' || p_kind);
  end if;
end
$$;


--
-- Name: reject(text, bigint[], text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.reject(p_kind text, p_ids bigint[], p_reason text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with removed as (
    delete from batch.queue q
    using unnest(p_ids) as rejected (id), lateral (
      select c.ctid as row_ctid from batch.queue c where c.kind = p_kind and c.request_id = rejected.id limit 1
    ) found
    where q.ctid = found.row_ctid returning q.*
  )
  insert into batch.rejected (kind, request_id, reason, queue_row)
  select removed.kind, removed.request_id, p_reason, to_jsonb(removed.*) from removed
$$;


--
-- Name: rekey(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.rekey() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $_$
declare
  old_id bigint;
  new_id bigint;
  unseen_changes text[];  -- of keys of rows that were unseen, the last 100, newest first: the kind, the old and the new key
  later_id bigint;
  request batch.queue;
  unseen boolean;  -- another trigger has changed the key before the one that enqueues the row; or no trigger has seen the row
begin
  if batch.is_copy(tg_relid, tg_argv[0]) or current_setting('session_replication_role') = 'replica' and batch.replicates_queue() then
    return null;
  end if;
  execute format('select ($1).%1$I, ($2).%1$I', batch.require_key(tg_relid, tg_argv[0])) into old_id, new_id using old, new;
  -- The trigger that enqueues the row may follow, and has its old key.
  perform set_config('postgres_batch.rekeyed', 'on', true);
  unseen_changes := string_to_array(current_setting('postgres_batch.unseen', true), ',');
  select split_part(c.change, ' ', 3) into later_id from unnest(unseen_changes) with ordinality as c (change, ordinal)
  where starts_with(c.change, format('%s %s ', tg_argv[0], new_id)) order by c.ordinal limit 1;
  if later_id is not null and cardinality(batch.existing_rows(tg_argv[0], array[new_id])) = 0 then
    -- Another trigger has changed the new key once more before this one, when the request still had the old key.
    new_id := later_id;
    if new_id = old_id then
      return null;
    end if;
    delete from batch.queue q
    where q.kind = tg_argv[0] and q.request_id = new_id and q.enqueued_xid = pg_current_xact_id() and q.job_name is null;
  end if;
  if pg_partition_root(tg_relid) is not null then
    -- The primary key of such a table does not make two rows wait for each other: this entry does. A transaction that inserts this key
    -- waits for this one, and this one waits for one that removes the key. No lock is left on an entry that is another row's.
    insert into batch.queue (kind, request_id) values (tg_argv[0], new_id) on conflict (kind, request_id) do nothing;
    if found then
      delete from batch.queue q where q.kind = tg_argv[0] and q.request_id = new_id;
    end if;
  end if;
  perform batch.refuse_running_key(tg_argv[0], array[new_id]);
  -- First, since it waits for an attempt that is just ending, which is then in the history.
  select * into request from batch.queue q where q.kind = tg_argv[0] and q.request_id = old_id for update;
  if request.enqueued_xid = pg_current_xact_id() and (
    select h.attempt > request.attempt and h.status <> 'FAILED' from batch.history h
    where h.kind = tg_argv[0] and h.request_id = old_id order by h.attempt desc limit 1
  ) then
    -- The request ended while another trigger, which fired before this one, inserted the old key again: this entry is the new row's.
    delete from batch.queue q where q.kind = tg_argv[0] and q.request_id = old_id;
    request := null;
    perform set_config('postgres_batch.not_enqueued', 'on', true);
  end if;
  unseen := case when request.kind is null or request.canceled is not null then
    -- What has the old key belongs to a row that was deleted.
    exists (select from batch.deleted_request d where d.kind = tg_argv[0] and d.request_id = old_id)
    or request.kind is null and not exists (
      select from batch.history h
      where h.kind = tg_argv[0] and h.request_id = old_id and h.ended_at > (select k.cleared_at from batch.kind k where k.kind = tg_argv[0])
    )
  else false end;
  if unseen then
    perform batch.enqueue_ids(tg_argv[0], array[new_id]);
    unseen_changes := (format('%s %s %s', tg_argv[0], old_id, new_id) || unseen_changes)[1:100];
    perform set_config('postgres_batch.unseen', array_to_string(unseen_changes, ','), true);
  else
    perform batch.copy_history(tg_argv[0], old_id, new_id);
    if request.kind is not null and request.session_id is null then
      perform batch.rekey_waiting(tg_argv[0], old_id, new_id);
    elsif request.kind is not null then
      perform batch.rekey_running(tg_argv[0], old_id, new_id);
    end if;
  end if;

  delete from batch.deleted_request d where d.kind = tg_argv[0] and d.request_id = new_id;
  insert into batch.deleted_request (kind, request_id)
  select tg_argv[0], old_id
  where exists (select from batch.history h where h.kind = tg_argv[0] and h.request_id = old_id)
    or exists (select from batch.queue q where q.kind = tg_argv[0] and q.request_id = old_id)
  on conflict (kind, request_id) do update set reinserted = false;
  if unseen then
    -- The poll that the statement above has waited for has enqueued the row under its old key (batch.enqueue_reinserted).
    delete from batch.queue q
    where q.kind = tg_argv[0] and q.request_id = old_id and q.job_name is null and q.enqueued_xid <> pg_current_xact_id();
  end if;
  if current_setting('postgres_batch.dequeued', true) is not distinct from 'on'
    and cardinality(batch.existing_rows(tg_argv[0], array[new_id])) = 0 and batch.attachment_problem(tg_argv[0]) is null
  then
    -- Another trigger has deleted the row before this one, when its request still had the old key (batch.dequeue).
    perform batch.dequeue_ids(tg_argv[0], array[new_id], 'its row was deleted');
  end if;
  if pg_partition_root(tg_relid) is not null then
    perform batch.refuse_second_row(tg_relid, tg_argv[0], new_id);
  end if;
  -- Another trigger may have inserted the old key again before this one, when the request still had it.
  if current_setting('postgres_batch.not_enqueued', true) is not distinct from 'on'
    and cardinality(batch.existing_rows(tg_argv[0], array[old_id])) > 0
    and batch.enqueue_ids(tg_argv[0], array[old_id]) = 0
  then
    perform batch.refuse_old_snapshot(tg_argv[0], array[old_id]);
    perform batch.mark_reinserted(tg_argv[0], array[old_id]);
  end if;
  return null;
end
$_$;


--
-- Name: rekey_running(text, bigint, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.rekey_running(p_kind text, p_request bigint, p_new bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  request batch.queue;
begin
  update batch.queue q set canceled = format('its primary key was changed to %s', p_new)
  where q.kind = p_kind and q.request_id = p_request
  returning q.* into request;
  -- It ends now, and not when this transaction began: the table may have been truncated since (batch.clear_kind).
  insert into batch.history (kind, request_id, attempt, session_id, created_at, started_at, ended_at, status, reason, error)
  select request.kind, p_new, greatest(request.attempt, 1 + max(h.attempt)), request.session_id, request.created_at, request.started_at,
         clock_timestamp(), 'DEAD', 'canceled', format('a Job was working on it as %s when its primary key was changed', p_request)
  from batch.history h where h.kind = p_kind and h.request_id = p_new;
end
$$;


--
-- Name: rekey_waiting(text, bigint, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.rekey_waiting(p_kind text, p_request bigint, p_new bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  request batch.queue;
begin
  delete from batch.queue q where q.kind = p_kind and q.request_id = p_request returning q.* into request;
  request.request_id := p_new;
  if request.job_name is null then
    -- At its previous position it might lie below the lower bound of the waiting requests.
    request.enqueued_xid := pg_current_xact_id();
  end if;
  insert into batch.queue select request.* on conflict (kind, request_id) do nothing;
  -- Afterwards, since the insert waits for an attempt of an earlier request with the new key that is just ending.
  update batch.queue q set attempt = latest.attempt
  from (select max(h.attempt) as attempt from batch.history h where h.kind = p_kind and h.request_id = p_new) latest
  where q.kind = p_kind and q.request_id = p_new and q.attempt < latest.attempt;
  -- It had this key before, and was DEAD under it since; now it is retried.
  update batch.history n
  set status = 'FAILED', error = h.error
  from batch.history h
  where h.kind = p_kind and h.request_id = p_request and h.status = 'FAILED' and h.attempt = request.attempt
    and n.kind = p_kind and n.request_id = p_new and n.status = 'DEAD'
    and n.started_at = h.started_at and n.session_id is not distinct from h.session_id;
  update batch.history h
  set status = 'DEAD', error = concat_ws('; not retried: ', h.error, format('its primary key was changed to %s', p_new))
  where h.kind = p_kind and h.request_id = p_request and h.attempt = request.attempt and h.status = 'FAILED';
end
$$;


--
-- Name: release(text, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.release(p_kind text, p_request bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  released batch.queue;
begin
  update batch.queue q
  set job_name = null, session_id = null, claimed_xid = null, token = null, reserved_until = null, lease_until = null,
      deadline_at = null, stopping_until = null, progress = null
  where q.kind = p_kind and q.request_id = p_request
  returning q.* into released;
  perform from batch.scaling s where s.kind = p_kind for no key update;
  update batch.scaling s set waiting_xid = released.enqueued_xid, waiting_id = released.request_id
  where s.kind = p_kind and (s.waiting_xid, s.waiting_id) > (released.enqueued_xid, released.request_id);
end
$$;


--
-- Name: renew(text, text, bigint, integer, integer, double precision); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.renew(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_lease_seconds double precision) RETURNS SETOF boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  locked boolean := batch.lock_attempt(p_kind, p_job, p_request, p_attempt, p_session);
begin
  if locked is null then
    -- The program has finished the request in its own transaction, and the worker does not know yet.
    return query select true from batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, null);
    return;
  end if;
  if locked then
    update batch.queue q set suspected_at = null, lease_until = now() + make_interval(secs => p_lease_seconds)
    where q.kind = p_kind and q.request_id = p_request and (p_lease_seconds is not null or q.suspected_at is not null);
  end if;
  if p_lease_seconds is null and not batch.lock_session(p_session) then
    locked := false;
  end if;
  return next locked;
end
$$;


--
-- Name: replace_waiting(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.replace_waiting() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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


--
-- Name: replicates_queue(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.replicates_queue() RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return exists (select from pg_subscription_rel s where s.srrelid = 'batch.queue'::regclass);
end
$$;


--
-- Name: replication_role_reset(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.replication_role_reset() RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  setting record;
begin
  -- A database's own value is used instead of that for all databases, and both instead of the server's.
  select s.setdatabase, lower(c) = 'session_replication_role=replica' as is_replica into setting
  from pg_db_role_setting s, unnest(s.setconfig) c
  where s.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database())) and s.setrole = 0
    and starts_with(c, 'session_replication_role=')
  order by s.setdatabase = 0 limit 1;
  if found then
    return case
      when not setting.is_replica then null
      when setting.setdatabase = 0 then 'alter role all reset session_replication_role'
      else format('alter database %I reset session_replication_role', current_database())
    end;
  elsif current_setting('session_replication_role') = 'replica' then
    return (
      select case p.source
        -- Not "alter system reset", which has no effect on a line of postgresql.conf.
        when 'configuration file' then 'alter system set session_replication_role = origin; select pg_reload_conf()'
        -- Of the server, which takes precedence over its files.
        when 'command line' then format('alter database %I set session_replication_role = origin', current_database())
      end
      from pg_settings p where p.name = 'session_replication_role'
    );
  end if;
  return null;
end
$$;


--
-- Name: report(text, text, bigint, integer, integer, jsonb, jsonb); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.report(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_progress jsonb, p_checkpoint jsonb) RETURNS SETOF boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  locked boolean := batch.lock_attempt(p_kind, p_job, p_request, p_attempt, p_session);
begin
  if locked then
    update batch.queue q set progress = coalesce(p_progress, q.progress), checkpoint = coalesce(p_checkpoint, q.checkpoint)
    where q.kind = p_kind and q.request_id = p_request;
  end if;
  if locked is null then
    -- The program has finished the request in its own transaction, and the worker does not know yet.
    return query select true from batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, null);
  else
    return next locked;
  end if;
end
$$;


--
-- Name: report_repeated(text, bigint[]); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.report_repeated(p_kind text, p_ids bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  attached batch.kind;
  problem text;
begin
  select * into attached from batch.kind k where k.kind = p_kind;
  if p_ids is null or not batch.keys_may_repeat(attached.requests) then
    return;
  end if;
  problem := format('several rows of %s have this primary key (it identifies the request)', attached.requests);
  insert into batch.rejected (kind, request_id, reason, queue_row)
  select p_kind, repeated.id, problem, coalesce(
    (select to_jsonb(q.*) from batch.queue q where q.kind = p_kind and q.request_id = repeated.id limit 1), '{}')
  from (select k as id from unnest(batch.read_keys(p_kind, null, null, null, p_ids)) k group by k having count(*) > 1) repeated
  where (select true from batch.rejected r where r.kind = p_kind and r.request_id = repeated.id and r.reason = problem limit 1) is null;
end
$$;


--
-- Name: requeue(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.requeue() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  -- Not a condition of the trigger: each request that ends would wait for PostgreSQL to prepare it.
  if old.canceled <> 'its table was replaced by another' then
    return null;
  end if;
  begin
    if cardinality(batch.existing_rows(old.kind, array[old.request_id])) = 0 then
      return null;
    end if;
  exception when others or assert_failure then
    -- The end of the attempt must be recorded. A claim finds out what is wrong with the row.
  end;
  insert into batch.queue (kind, request_id, attempt) values (old.kind, old.request_id, old.attempt);
  delete from batch.deleted_request d where d.kind = old.kind and d.request_id = old.request_id;
  return null;
end
$$;


--
-- Name: require_key(regclass, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.require_key(p_requests regclass, p_kind text) RETURNS name
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  present regclass := pg_get_replica_identity_index(coalesce(pg_partition_root(p_requests), p_requests));
  key name := coalesce(batch.key_column(p_requests), batch.key_column(pg_partition_root(p_requests)));
begin
  if key is null and current_setting('transaction_isolation') not like 'read %'
    and present is not null and not exists (select from pg_index i where i.indexrelid = present)
  then
    raise exception 'could not serialize access: % was replaced after the transaction''s snapshot', p_requests
      using errcode = 'serialization_failure', hint = 'Repeat the transaction.';
  end if;
  if key is null then
    raise exception '% must have a primary key of one bigint column (it identifies a request): restore it, or select batch.detach(%)',
      p_requests, quote_literal(p_kind) using errcode = 'object_not_in_prerequisite_state';
  end if;
  return key;
end
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: kind; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.kind (
    kind text NOT NULL COLLATE pg_catalog."C",
    requests regclass NOT NULL,
    attached boolean DEFAULT true NOT NULL,
    timeout_column name,
    partitions oid[] DEFAULT '{}'::oid[] NOT NULL,
    unqueued_partition oid,
    unqueued_above bigint,
    sweep_pending boolean DEFAULT false NOT NULL,
    cleared_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    problem text,
    problem_since timestamp with time zone,
    detached_name text,
    CONSTRAINT kind_is_a_short_lower_case_word CHECK ((kind ~ '^[a-z][a-z0-9_]{0,39}$'::text))
);


--
-- Name: TABLE kind; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON TABLE batch.kind IS 'The attached tables, one row for each kind; problem is why a kind is stopped';


--
-- Name: COLUMN kind.partitions; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON COLUMN batch.kind.partitions IS 'The partitions whose rows have been enqueued, by their triggers (batch.partitions)';


--
-- Name: COLUMN kind.unqueued_partition; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON COLUMN batch.kind.unqueued_partition IS 'The partition whose rows the next polls enqueue, by its trigger; null: all';


--
-- Name: COLUMN kind.detached_name; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON COLUMN batch.kind.detached_name IS 'The name of the table when it was last detached; null: unknown';


--
-- Name: require_kind(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.require_kind(p_kind text) RETURNS batch.kind
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  kind_row batch.kind;
begin
  select * into kind_row from batch.kind k where k.kind = p_kind;
  if not found then
    raise exception 'kind must be one that batch.status shows (%); got %',
      coalesce((select string_agg(k.kind, ', ' order by k.kind) from batch.kind k), 'none'), coalesce(quote_literal(p_kind), 'null');
  end if;
  return kind_row;
end
$$;


--
-- Name: require_owner(regclass); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.require_owner(p_requests regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  owner name := (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = p_requests);
begin
  if not pg_has_role(batch.reader_role(p_requests), 'usage') then
    raise exception '% may be attached and detached only by its owner, %, a member of that role or a superuser; got %', p_requests, owner, current_user
      using errcode = 'insufficient_privilege', hint = format('Call it as %1$I, or grant %1$I to %2$I.', owner, current_user);
  end if;
end
$_$;


--
-- Name: require_request(text, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.require_request(p_kind text, p_request bigint) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if p_request is null then
    raise exception 'the request must be the primary key of a row of kind %; got null', quote_literal(p_kind);
  end if;
end
$$;


--
-- Name: reset_bounds(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.reset_bounds(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  update batch.scaling s
  set waiting_xid = '0', waiting_id = -9223372036854775808, claimed_xid = '0', bounds_reset_at = now()
  where s.kind = p_kind;
end
$$;


--
-- Name: resume(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.resume(p_kind text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform batch.require_kind(p_kind);
  update batch.kind k set problem = null, problem_since = null where k.kind = p_kind and batch.is_paused(k.problem);
  return found;
end
$$;


--
-- Name: retry(text, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.retry(p_kind text, p_request bigint) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  requested batch.kind;
  latest batch.history;
  queued batch.queue;
  problem text;
begin
  requested := batch.require_kind(p_kind);
  perform batch.require_request(p_kind, p_request);
  if requested.attached then
    -- The table before the row of the kind, as a TRUNCATE locks them; reading locks it.
    perform batch.existing_rows(p_kind, array[p_request]);
    -- batch.purge() waits for this transaction, and this one for it.
    select * into requested from batch.kind k where k.kind = p_kind for share;
  end if;
  if requested.attached is not true then
    raise exception 'kind must be attached (requests of a detached kind are not run); got %, which is detached', quote_literal(p_kind);
  end if;
  problem := batch.attachment_problem(p_kind);
  if problem is not null then
    raise exception 'cannot retry % %: %', p_kind, p_request, problem;
  end if;
  select * into queued from batch.queue q where q.kind = p_kind and q.request_id = p_request for update;
  if queued.job_name is not null then
    raise exception '% % must be DEAD to be retried (one request, one owner); got %', p_kind, p_request, format(
      case when queued.session_id is null then 'one that is reserved for the next pod of the Job %s' else 'RUNNING in the Job %s' end,
      queued.job_name);
  end if;
  if queued.available_at is not null then
    update batch.queue q set available_at = null, enqueued_xid = pg_current_xact_id()
    where q.kind = p_kind and q.request_id = p_request;
    return true;
  end if;
  select * into latest from batch.history h
  where h.kind = p_kind and h.request_id = p_request order by h.attempt desc limit 1;
  if queued.request_id is not null and (latest.attempt > queued.attempt and latest.status <> 'FAILED') is not true then
    return false;
  end if;
  if coalesce(latest.status, 'SUCCESS') = 'SUCCESS' then
    raise exception '% % must be DEAD to be retried (no work is done twice); got %', p_kind, p_request, coalesce(latest.status, case
      when cardinality(batch.existing_rows(p_kind, array[p_request])) = 0 then 'no such request'
      else format('a row that was never queued; to queue it: select batch.attach(%L, %L%s)', requested.requests, p_kind,
        case when requested.timeout_column is null then '' else format(', %L', requested.timeout_column) end)
    end);
  end if;
  if cardinality(batch.existing_rows(p_kind, array[p_request])) = 0 then
    raise exception '% % must have a row in its table to be retried (the worker reads it there); it has none', p_kind, p_request;
  end if;
  -- A row with fewer attempts than the request has had was inserted manually, and would be rejected.
  delete from batch.queue q where q.kind = p_kind and q.request_id = p_request and q.job_name is null;
  insert into batch.queue (kind, request_id, attempt, created_at) values (p_kind, p_request, latest.attempt, latest.created_at)
  on conflict (kind, request_id) do nothing;
  if not found then
    return false;
  end if;
  if current_setting('transaction_isolation') not like 'read %' then
    -- The insert fails for an attempt that has ended after the snapshot.
    insert into batch.history (kind, request_id, attempt, created_at, started_at, status)
    values (p_kind, p_request, latest.attempt + 1, now(), now(), 'DEAD')
    on conflict (kind, request_id, attempt) do nothing;
    delete from batch.history h where h.kind = p_kind and h.request_id = p_request and h.attempt = latest.attempt + 1;
  end if;
  -- A row that was inserted while no trigger fired: once this has ended, it must not count as the request of the deleted one.
  delete from batch.deleted_request d where d.kind = p_kind and d.request_id = p_request;
  return true;
end
$$;


--
-- Name: row$clap(regclass, name, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch."row$clap"(p_requests regclass, p_timeout_column name, p_request bigint, OUT request text, OUT timeout_seconds double precision) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  present_name pg_catalog.text;
  key pg_catalog.text;
  rows bigint;
begin
  if pg_catalog.pg_relation_is_updatable(p_requests, false) is not null
    and pg_catalog.to_regclass('public.make_it_clap')::pg_catalog.oid operator(pg_catalog.=) p_requests::pg_catalog.oid
  then
    lock table only public.make_it_clap in access share mode;
  end if;
  perform from pg_catalog.pg_class c
  where c.oid operator(pg_catalog.=) p_requests and pg_catalog.pg_has_role(c.relowner, current_user, 'usage');
  if not found then
    raise exception 'the reader of a kind must run as the owner of its table (nothing else may run with other rights)'
      using errcode = 'insufficient_privilege';
  end if;
  if 
    pg_catalog.pg_get_indexdef(pg_catalog.to_regclass('public.make_it_clap_pkey')::pg_catalog.oid, 1, false) operator(pg_catalog.=) 'id'
    and p_requests::pg_catalog.text operator(pg_catalog.=) 'public.make_it_clap'
    and pg_catalog.pg_get_replica_identity_index(p_requests)::pg_catalog.oid
      operator(pg_catalog.=) pg_catalog.to_regclass('public.make_it_clap_pkey')::pg_catalog.oid
    and coalesce(p_timeout_column, '') operator(pg_catalog.=) ''::pg_catalog.name
  then
    select pg_catalog.to_json(r.*)::pg_catalog.text, null, 1::bigint into request, timeout_seconds, rows
    from public.make_it_clap r where r.id operator(pg_catalog.=) $3;
    present_name := 'public.make_it_clap';
  else
  loop
    present_name := p_requests::pg_catalog.text;
    exit when coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid; -- dropped
    execute 'lock table only ' operator(pg_catalog.||) present_name operator(pg_catalog.||) ' in access share mode';
    exit when p_requests::pg_catalog.text operator(pg_catalog.=) present_name;
  end loop;
  perform from pg_catalog.pg_class c
  where c.oid operator(pg_catalog.=) p_requests and pg_catalog.pg_has_role(c.relowner, current_user, 'usage');
  if not found then
    raise exception 'the reader of a kind must run as the owner of its table (nothing else may run with other rights)'
      using errcode = 'insufficient_privilege';
  end if;
  select coalesce(pg_catalog.pg_get_indexdef(i.indexrelid, 1, false), pg_catalog.quote_ident(a.attname)) into key
  from pg_catalog.pg_index i
  join pg_catalog.pg_attribute a on a.attrelid operator(pg_catalog.=) i.indrelid and a.attnum operator(pg_catalog.=) i.indkey[0]
  where i.indrelid operator(pg_catalog.=) p_requests and i.indisprimary;
    if coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid then
      return;
    end if;
    execute pg_catalog.format(
      'select pg_catalog.to_json(r.*)::pg_catalog.text, %s, 1::bigint from %s r where r.%s operator(pg_catalog.=) $1',
      case when p_timeout_column is null then 'null' else pg_catalog.format('r.%I::double precision', p_timeout_column) end, present_name, key
    ) into request, timeout_seconds, rows using p_request;
  end if;
  if coalesce(pg_catalog.to_regclass(present_name)::pg_catalog.oid, 0) operator(pg_catalog.<>) p_requests::pg_catalog.oid then
    request := null;
  end if;
  if rows operator(pg_catalog.>) 1 then
    raise exception 'several rows of % have this primary key (it identifies the request)', p_requests using errcode = 'BA001';
  end if;
end
$_$;


--
-- Name: row_reader(regclass, name, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.row_reader(p_requests regclass, p_reader name, p_timeout_column name) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
  return batch.fill_template($body$
declare
  present_name pg_catalog.text;
  key pg_catalog.text;
  rows bigint;
begin{lock_by_name}{check_role}{begin_reading}
  if {names_are_valid}
    and coalesce(p_timeout_column, '') operator(pg_catalog.=) {timeout_column_literal}::pg_catalog.name
  then
    select pg_catalog.to_json(r.*)::pg_catalog.text, {timeout}, {count} into request, timeout_seconds, rows
    from {table} r where r.{key} operator(pg_catalog.=) $3;
    present_name := {table_literal};
  else{lock_by_present_name}{check_role}{find_key}
    if {is_renamed} then
      return;
    end if;
    execute pg_catalog.format(
      'select pg_catalog.to_json(r.*)::pg_catalog.text, %s, {count} from %s r where r.%s operator(pg_catalog.=) $1',
      case when p_timeout_column is null then 'null' else pg_catalog.format('r.%I::double precision', p_timeout_column) end, present_name, key
    ) into request, timeout_seconds, rows using p_request;
  end if;
  if {is_renamed} then
    request := null;
  end if;{end_reading}
  if rows operator(pg_catalog.>) 1 then
    raise exception 'several rows of % have this primary key (it identifies the request)', p_requests using errcode = 'BA001';
  end if;
end
$body$, batch.reader_parts(p_requests, p_reader) || jsonb_build_object(
    'timeout_column_literal', quote_literal(coalesce(p_timeout_column, '')),
    'timeout', case when p_timeout_column is null then 'null' else format('r.%I::double precision', p_timeout_column) end,
    -- Also where a partitioned table's primary key has no further column yet: it may get one.
    'count', case when pg_partition_root(p_requests) is null then '1::bigint' else 'pg_catalog.count(*) over ()' end
  ));
end
$_$;


--
-- Name: row_security_applies(regclass, name); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.row_security_applies(p_requests regclass, p_role name) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return (
    select c.relrowsecurity and not r.rolsuper and not r.rolbypassrls and (c.relforcerowsecurity or not pg_has_role(r.oid, c.relowner, 'usage'))
    from pg_class c, pg_roles r where c.oid = p_requests and r.rolname = p_role
  );
end
$$;


--
-- Name: session_is_dead(integer, timestamp with time zone); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.session_is_dead(p_session integer, p_lease_until timestamp with time zone) RETURNS boolean
    LANGUAGE sql
    RETURN CASE WHEN (p_lease_until IS NOT NULL) THEN (p_lease_until <= now()) WHEN (pg_postmaster_start_time() > (now() + '00:00:05'::interval)) THEN pg_try_advisory_xact_lock(1650553955, p_session) ELSE ((pg_postmaster_start_time() < (now() - '00:00:05'::interval)) AND pg_try_advisory_xact_lock(1650553955, p_session)) END;


--
-- Name: set_missing_claimed_xids(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.set_missing_claimed_xids(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  ctids tid[];
begin
  select array_agg(missing.row_ctid) into ctids from (
    select q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.claimed_xid is null
    for update skip locked
  ) missing;
  if ctids is not null then
    update batch.queue q set claimed_xid = pg_current_xact_id() where q.ctid = any (ctids);
  end if;
end
$$;


--
-- Name: skip_restored(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.skip_restored() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  is_present boolean;
begin
  execute format('select exists (select from batch.%I t where t.%I = ($1).%2$I)', tg_table_name, tg_argv[0]) into is_present using new;
  if is_present and tg_table_name = 'kind' then
    if exists (select from batch.kind k where k.kind = new.kind and k.cleared_at > new.cleared_at) then
      raise exception 'kind % must have had no attempts before its table was truncated (the restored ones would run again)', quote_literal(new.kind)
        using errcode = 'object_not_in_prerequisite_state', hint = format('Before you restore: %s; update batch.kind set cleared_at = default where kind = %L', (
          select string_agg(format('delete from batch.%I where kind = %L', t.name, new.kind), '; ')
          from unnest(array['queue', 'job', 'history', 'deleted_request', 'rejected']) as t (name)
        ), new.kind);
    end if;
    update batch.kind k
    set cleared_at = new.cleared_at,
        problem = case when batch.is_paused(new.problem) then new.problem else k.problem end,
        problem_since = case when batch.is_paused(new.problem) then new.problem_since else k.problem_since end
    where k.kind = new.kind;
  end if;
  if is_present and tg_table_name = 'scaling' then
    -- The restored requests are older than those that were there: they may lie below the bounds of the scans.
    perform batch.reset_bounds(new.kind);
  end if;
  return case when is_present then null else new end;
end
$_$;


--
-- Name: succeed(text, text, bigint, integer, integer, jsonb); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.succeed(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb) RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if batch.record_success(p_kind, p_job, p_request, p_attempt, p_session, p_result) then
    return next 'SUCCESS';
  else
    return query select batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, null);
  end if;
end
$$;


--
-- Name: succeed_and_claim(text, text, bigint, integer, integer, jsonb, text, integer[], double precision, double precision, double precision, integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.succeed_and_claim(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb, p_pod text, p_limits integer[], p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision, p_job_finished integer) RETURNS TABLE(status text, request_id bigint, attempt integer, job_finished integer, request text, token uuid, checkpoint jsonb, timeout_seconds double precision)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  now_recorded boolean;
  lock_timeout text;
begin
  -- As every claim, before this transaction gets its ID (batch.claims_horizon): the record may wait for a lock.
  lock table batch.kind in access share mode;
  now_recorded := batch.record_success(p_kind, p_job, p_request, p_attempt, p_session, p_result);
  if not now_recorded then
    perform from batch.recorded(p_kind, p_job, p_request, p_attempt, p_session, null);
    if not found then
      return;
    end if;
  end if;
  status := 'SUCCESS';
  begin
    -- An assignment, since "perform" would execute a query.
    lock_timeout := set_config('lock_timeout', '500ms', true);
    select c.request_id, c.attempt, c.job_finished, c.request, c.token, c.checkpoint, c.timeout_seconds
    into request_id, attempt, job_finished, request, token, checkpoint, timeout_seconds
    from batch.claim(
      p_kind, p_job, p_pod, p_session, p_limits, p_backoff_seconds, p_lease_seconds, p_timeout_seconds, p_job_finished,
      p_arriving => not now_recorded, p_next => now_recorded
    ) c;
  exception
    when query_canceled or others or assert_failure then
      -- The worker calls batch.claim() next, which reports what persists.
      null;
  end;
  return next;
end
$$;


--
-- Name: suspect_dead(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.suspect_dead(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  ctids tid[];
  failed_over constant boolean := batch.has_failed_over(p_kind);
begin
  select array_agg(dead.row_ctid) into ctids from (
    select q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648
      and q.claimed_xid >= (select s.claimed_xid from batch.scaling s where s.kind = p_kind)
      and q.session_id is not null and q.suspected_at is null and (q.lease_until is not null or not failed_over)
      and batch.session_is_dead(q.session_id, q.lease_until)
    for update skip locked
  ) dead;
  if ctids is not null then
    update batch.queue q set suspected_at = now() where q.ctid = any (ctids);
  end if;
end
$$;


--
-- Name: sweep(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.sweep(p_kind text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  ids bigint[];
  ctids tid[];
  cleared constant timestamptz := (select k.cleared_at from batch.kind k where k.kind = p_kind);
  claimed bigint[];
  deferred bigint[];
  missing bigint[];
  finished bigint[];
begin
  -- The table before the requests: a transaction that has locked it may wait for them. Reading no rows locks it.
  perform batch.read_keys(p_kind, null, null, 0, null);
  select array_agg(w.request_id), array_agg(w.row_ctid) into ids, ctids from (
    select q.request_id, q.ctid as row_ctid from batch.queue q
    where q.kind = p_kind and q.job_name is null and q.available_at is null
    order by q.enqueued_xid, q.request_id limit 20000 for update skip locked
  ) w;
  select array_agg(q.request_id) into finished
  from batch.queue q
  cross join lateral (
    select h.attempt, h.status, h.ended_at from batch.history h
    where h.kind = p_kind and h.request_id = q.request_id order by h.attempt desc limit 1
  ) latest
  where q.ctid = any (ctids) and latest.attempt > q.attempt and latest.status <> 'FAILED'
    and latest.ended_at > cleared
    and not exists (select from batch.deleted_request d where d.kind = p_kind and d.request_id = q.request_id);
  perform batch.reject(p_kind, finished, 'it was queued as waiting, but the history has it as ended: to run it again, select batch.retry() '
    'if it is DEAD, otherwise delete its row and insert it again');
  claimed := array(
    select q.request_id from batch.queue q
    where q.kind = p_kind and q.job_name is not null and q.attempt >= -2147483648 and q.canceled is null
      and q.claimed_xid >= (select s.claimed_xid from batch.scaling s where s.kind = p_kind)
      and q.started_at < cleared
    for update skip locked
  );
  deferred := array(
    select q.request_id from batch.queue q
    where q.kind = p_kind and q.available_at is not null and q.created_at < cleared for update skip locked
  );
  ids := ids || claimed || deferred;
  missing := array(select unnest(ids) except select unnest(finished) except select unnest(batch.read_keys(p_kind, null, null, null, ids)));
  if cardinality(missing) > 0 and batch.attachment_problem(p_kind) is not null then
    -- The rows were hidden while they were read.
    return;
  end if;
  perform batch.dequeue_ids(p_kind, missing, 'its row no longer exists');
  if coalesce(cardinality(finished), 0) + cardinality(missing) = 0 then
    update batch.kind k set sweep_pending = false
    from (select s.kind from batch.kind s where s.kind = p_kind for no key update skip locked) free where k.kind = free.kind;
  end if;
end
$$;


--
-- Name: take_over(text, text, integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.take_over(p_kind text, p_job text, p_session integer) RETURNS SETOF boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  own batch.queue;
begin
  select * into own from batch.queue q
  where q.kind = p_kind and q.job_name = p_job and q.session_id = p_session
    and q.lease_until is null and coalesce(q.stopping_until, now()) <= now()
  for update skip locked;
  if not found then
    return;
  end if;
  perform batch.end_or_reject(
    p_kind, own.request_id, 'crashed', format('the worker in pod %s did not respond after its Job''s next pod had started', own.pod_name), true
  );
  return next true;
end
$$;


--
-- Name: triggers(regclass, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.triggers(p_requests regclass, p_kind text) RETURNS SETOF pg_trigger
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
  select t.*
  from batch.partition_tree(p_requests) tree
  join pg_trigger t on t.tgrelid = tree.relation
  where t.tgname in ('batch_' || p_kind, 'batch_' || p_kind || '$delete', 'batch_' || p_kind || '$key', 'batch_' || p_kind || '$truncate')
    and not (t.tgisinternal and t.tgrelid = p_requests)
$_$;


--
-- Name: unlogged_partition(regclass); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.unlogged_partition(p_requests regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select min(c.oid::regclass::text) from batch.partition_tree(p_requests) t join pg_class c on c.oid = t.relation where c.relpersistence <> 'p'
$$;


--
-- Name: unregister(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.unregister(p_kind text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  ctids tid[];
begin
  select array_agg(c.row_ctid) into ctids
  from (select q.ctid as row_ctid from batch.queue q where q.kind = p_kind for update skip locked) c;
  with removed as (
    delete from batch.queue q where q.ctid = any (ctids) and q.session_id is null returning q.request_id, q.attempt
  )
  insert into batch.deleted_request (kind, request_id)
  select p_kind, removed.request_id
  from removed, lateral (
    select h.attempt, h.status from batch.history h
    where h.kind = p_kind and h.request_id = removed.request_id order by h.attempt desc limit 1
  ) latest
  where latest.attempt <= removed.attempt and latest.status <> 'FAILED'
  on conflict (kind, request_id) do nothing;
  update batch.queue q set canceled = 'its kind was detached' where q.ctid = any (ctids) and q.session_id is not null and q.canceled is null;
  update batch.kind k
  set attached = false, detached_name = case when exists (select from batch.triggers(k.requests, p_kind)) then k.requests::text end
  where k.kind = p_kind and k.attached;
end
$$;


--
-- Name: arrivals_clap; Type: SEQUENCE; Schema: batch; Owner: -
--

CREATE SEQUENCE batch.arrivals_clap
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: history; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.history (
    request_id bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    attempt integer NOT NULL,
    session_id integer,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone DEFAULT now() NOT NULL,
    status text NOT NULL,
    reason text,
    job_name text,
    pod_name text,
    error text,
    result jsonb,
    progress jsonb
);


--
-- Name: TABLE history; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON TABLE batch.history IS 'Every ended attempt; batch.attempt also shows running ones';


--
-- Name: queue; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.queue (
    request_id bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    enqueued_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    errors integer DEFAULT 0 NOT NULL,
    crashes integer DEFAULT 0 NOT NULL,
    interruptions integer DEFAULT 0 NOT NULL,
    deferrals integer DEFAULT 0 NOT NULL,
    backoff_limit integer,
    crash_limit integer,
    interruption_limit integer,
    deferral_limit integer,
    job_finished integer,
    backoff_seconds double precision,
    session_id integer,
    claimed_xid xid8,
    token uuid,
    created_at timestamp with time zone,
    started_at timestamp with time zone,
    deadline_at timestamp with time zone,
    stopping_until timestamp with time zone,
    suspected_at timestamp with time zone,
    reserved_until timestamp with time zone,
    lease_until timestamp with time zone,
    available_at timestamp with time zone,
    canceled text,
    job_name text COLLATE pg_catalog."C",
    pod_name text,
    progress jsonb,
    checkpoint jsonb
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000');


--
-- Name: TABLE queue; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON TABLE batch.queue IS 'Unfinished requests: waiting, running, or reserved for their Job''s next pod';


--
-- Name: attempt; Type: VIEW; Schema: batch; Owner: -
--

CREATE VIEW batch.attempt AS
 SELECT history.kind,
    history.request_id,
    history.attempt,
    history.status,
    history.reason,
    history.error,
    history.job_name,
    history.pod_name,
    history.session_id,
    history.created_at,
    history.started_at,
    history.ended_at,
    history.result,
    history.progress
   FROM batch.history
UNION ALL
 SELECT queue.kind,
    queue.request_id,
    queue.attempt,
    'RUNNING'::text AS status,
    NULL::text AS reason,
    NULL::text AS error,
    queue.job_name,
    queue.pod_name,
    queue.session_id,
    queue.created_at,
    queue.started_at,
    NULL::timestamp with time zone AS ended_at,
    NULL::jsonb AS result,
    queue.progress
   FROM batch.queue
  WHERE ((queue.job_name IS NOT NULL) AND (queue.session_id IS NOT NULL));


--
-- Name: VIEW attempt; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON VIEW batch.attempt IS 'Every attempt ever started: RUNNING, SUCCESS, FAILED (retried) or DEAD (not retried); batch.cancel() adds a DEAD one if none is running';


--
-- Name: deleted_request; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.deleted_request (
    kind text NOT NULL COLLATE pg_catalog."C",
    request_id bigint NOT NULL,
    reinserted boolean DEFAULT false NOT NULL
);


--
-- Name: TABLE deleted_request; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON TABLE batch.deleted_request IS 'Requests with attempts whose rows were deleted: the same key may be inserted again';


--
-- Name: COLUMN deleted_request.reinserted; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON COLUMN batch.deleted_request.reinserted IS 'The key has a row again, which is enqueued once the running attempt on the deleted one has ended';


--
-- Name: function; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.function (
    name text NOT NULL,
    hash text NOT NULL
);


--
-- Name: job; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.job (
    kind text NOT NULL COLLATE pg_catalog."C",
    job_name text NOT NULL COLLATE pg_catalog."C",
    failures integer NOT NULL,
    finished integer NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: TABLE job; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON TABLE batch.job IS 'Jobs with failed pods; a row is dropped a week after its last failure';


--
-- Name: migration; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.migration (
    version integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: rejected; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.rejected (
    kind text NOT NULL COLLATE pg_catalog."C",
    request_id bigint NOT NULL,
    rejected_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    reason text NOT NULL,
    queue_row jsonb NOT NULL
);


--
-- Name: TABLE rejected; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON TABLE batch.rejected IS 'Rows of the queue that could not be processed, and why; batch.retry() runs a request again';


--
-- Name: request; Type: VIEW; Schema: batch; Owner: -
--

CREATE VIEW batch.request AS
 SELECT DISTINCT ON (kind, request_id) kind,
    request_id,
    status,
    attempt,
    session_id,
    job_name,
    pod_name,
    created_at,
    max(ended_at) OVER (PARTITION BY kind, request_id) AS ended_at,
    result,
    progress
   FROM batch.attempt
  ORDER BY kind, request_id, attempt DESC;


--
-- Name: VIEW request; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON VIEW batch.request IS 'One row for each request that was ever started or canceled, with its latest status';


--
-- Name: scaling; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.scaling (
    kind text NOT NULL COLLATE pg_catalog."C",
    polled_at timestamp with time zone,
    poll_gap interval,
    polled_working integer DEFAULT 0 NOT NULL,
    polled_suspects integer DEFAULT 0 NOT NULL,
    polled_claims bigint DEFAULT 0 NOT NULL,
    expected_since timestamp with time zone[] DEFAULT '{}'::timestamp with time zone[] NOT NULL,
    expected_claims bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    absent_jobs integer DEFAULT 0 NOT NULL,
    absent_peak integer DEFAULT 0 NOT NULL,
    running_limit integer,
    limited_until timestamp with time zone,
    waiting_xid xid8 DEFAULT '0'::xid8 NOT NULL,
    waiting_id bigint DEFAULT '-9223372036854775808'::bigint NOT NULL,
    claimed_xid xid8 DEFAULT '0'::xid8 NOT NULL,
    bounds_reset_at timestamp with time zone DEFAULT now() NOT NULL,
    server_started_at timestamp with time zone,
    failed_over_at timestamp with time zone
)
WITH (fillfactor='10');


--
-- Name: TABLE scaling; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON TABLE batch.scaling IS 'The scaling query''s memory, one row for each kind';


--
-- Name: COLUMN scaling.server_started_at; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON COLUMN batch.scaling.server_started_at IS 'When the server that answered last was started';


--
-- Name: COLUMN scaling.failed_over_at; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON COLUMN batch.scaling.failed_over_at IS 'When it was first seen to have replaced another one; null: it was restarted, or is still the first one';


--
-- Name: status; Type: VIEW; Schema: batch; Owner: -
--

CREATE VIEW batch.status AS
 SELECT k.kind,
    (k.requests)::text AS requests,
    q.waiting,
    q.deferred,
    q.running,
    q.reserved,
    q.suspected,
    q.oldest_start,
    ( SELECT count(*) AS count
           FROM batch.rejected r
          WHERE (r.kind = k.kind)) AS rejected,
        CASE
            WHEN k.attached THEN k.problem
            ELSE 'detached'::text
        END AS problem,
    k.problem_since
   FROM batch.kind k,
    LATERAL ( SELECT count(*) FILTER (WHERE ((c.job_name IS NULL) AND (c.available_at IS NULL))) AS waiting,
            count(*) FILTER (WHERE ((c.job_name IS NULL) AND (c.available_at IS NOT NULL))) AS deferred,
            count(*) FILTER (WHERE ((c.job_name IS NOT NULL) AND (c.session_id IS NOT NULL))) AS running,
            count(*) FILTER (WHERE ((c.job_name IS NOT NULL) AND (c.session_id IS NULL))) AS reserved,
            count(*) FILTER (WHERE (c.suspected_at IS NOT NULL)) AS suspected,
            min(c.created_at) AS oldest_start
           FROM batch.queue c
          WHERE (c.kind = k.kind)) q;


--
-- Name: VIEW status; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON VIEW batch.status IS 'The state of each kind; counts the whole backlog. oldest_start: the first start of any unfinished request';


--
-- Name: clap; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.clap AS
 SELECT request_id AS id,
    status,
    session_id,
    (created_at)::date AS creation_date,
    (created_at)::time without time zone AS creation_time,
    (ended_at)::time without time zone AS end_time,
    attempt AS iteration
   FROM batch.request
  WHERE (kind = 'clap'::text);


--
-- Name: VIEW clap; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON VIEW public.clap IS 'One row for each request that was ever started or canceled, with its latest status; end_time is when its latest ended attempt ended';


--
-- Name: clap_attempt; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.clap_attempt AS
 SELECT request_id AS id,
    attempt,
    status,
    reason,
    error,
    job_name,
    pod_name,
    session_id,
    started_at,
    ended_at,
    progress,
    result
   FROM batch.attempt
  WHERE (kind = 'clap'::text);


--
-- Name: VIEW clap_attempt; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON VIEW public.clap_attempt IS 'Every attempt of every request, including running ones';


--
-- Name: make_it_clap; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.make_it_clap (
    id bigint NOT NULL,
    duration_seconds double precision NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    CONSTRAINT duration_seconds_is_at_most_a_week CHECK (((duration_seconds >= (0)::double precision) AND (duration_seconds <= (604800)::double precision))),
    CONSTRAINT failures_is_not_negative CHECK ((failures >= 0))
);


--
-- Name: TABLE make_it_clap; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.make_it_clap IS 'Requests: every row inserted here is run once';


--
-- Name: make_it_clap_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.make_it_clap ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.make_it_clap_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: deleted_request deleted_request_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.deleted_request
    ADD CONSTRAINT deleted_request_pkey PRIMARY KEY (kind, request_id);


--
-- Name: function function_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.function
    ADD CONSTRAINT function_pkey PRIMARY KEY (name);


--
-- Name: history history_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (kind, request_id, attempt);


--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (kind, job_name);


--
-- Name: kind kind_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.kind
    ADD CONSTRAINT kind_pkey PRIMARY KEY (kind);


--
-- Name: migration migration_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (version);


--
-- Name: queue queue_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.queue
    ADD CONSTRAINT queue_pkey PRIMARY KEY (kind, request_id);


--
-- Name: rejected rejected_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.rejected
    ADD CONSTRAINT rejected_pkey PRIMARY KEY (kind, request_id, rejected_at);


--
-- Name: scaling scaling_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.scaling
    ADD CONSTRAINT scaling_pkey PRIMARY KEY (kind);


--
-- Name: make_it_clap make_it_clap_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.make_it_clap
    ADD CONSTRAINT make_it_clap_pkey PRIMARY KEY (id);


--
-- Name: deleted_request_reinserted; Type: INDEX; Schema: batch; Owner: -
--

CREATE INDEX deleted_request_reinserted ON batch.deleted_request USING btree (kind) WHERE reinserted;


--
-- Name: queue_claimed; Type: INDEX; Schema: batch; Owner: -
--

CREATE INDEX queue_claimed ON batch.queue USING btree (kind, claimed_xid) WHERE ((job_name IS NOT NULL) AND (attempt >= '-2147483648'::integer));


--
-- Name: queue_deferred; Type: INDEX; Schema: batch; Owner: -
--

CREATE INDEX queue_deferred ON batch.queue USING btree (kind, available_at) WHERE (available_at IS NOT NULL);


--
-- Name: queue_job; Type: INDEX; Schema: batch; Owner: -
--

CREATE INDEX queue_job ON batch.queue USING btree (kind, job_name, claimed_xid) WHERE (job_name IS NOT NULL);


--
-- Name: queue_waiting; Type: INDEX; Schema: batch; Owner: -
--

CREATE INDEX queue_waiting ON batch.queue USING btree (kind, enqueued_xid, request_id) WHERE ((job_name IS NULL) AND (available_at IS NULL));


--
-- Name: queue replace_waiting; Type: TRIGGER; Schema: batch; Owner: -
--

CREATE TRIGGER replace_waiting BEFORE INSERT ON batch.queue FOR EACH ROW WHEN ((new.enqueued_xid <> pg_current_xact_id())) EXECUTE FUNCTION batch.replace_waiting();


--
-- Name: queue requeue; Type: TRIGGER; Schema: batch; Owner: -
--

CREATE TRIGGER requeue AFTER DELETE ON batch.queue FOR EACH ROW WHEN ((old.canceled IS NOT NULL)) EXECUTE FUNCTION batch.requeue();


--
-- Name: function skip_restored; Type: TRIGGER; Schema: batch; Owner: -
--

CREATE TRIGGER skip_restored BEFORE INSERT ON batch.function FOR EACH ROW WHEN ((current_query() ~~* 'copy %'::text)) EXECUTE FUNCTION batch.skip_restored('name');


--
-- Name: kind skip_restored; Type: TRIGGER; Schema: batch; Owner: -
--

CREATE TRIGGER skip_restored BEFORE INSERT ON batch.kind FOR EACH ROW WHEN ((current_query() ~~* 'copy %'::text)) EXECUTE FUNCTION batch.skip_restored('kind');


--
-- Name: migration skip_restored; Type: TRIGGER; Schema: batch; Owner: -
--

CREATE TRIGGER skip_restored BEFORE INSERT ON batch.migration FOR EACH ROW WHEN ((current_query() ~~* 'copy %'::text)) EXECUTE FUNCTION batch.skip_restored('version');


--
-- Name: scaling skip_restored; Type: TRIGGER; Schema: batch; Owner: -
--

CREATE TRIGGER skip_restored BEFORE INSERT ON batch.scaling FOR EACH ROW WHEN ((current_query() ~~* 'copy %'::text)) EXECUTE FUNCTION batch.skip_restored('kind');


--
-- Name: make_it_clap batch_clap; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER batch_clap AFTER INSERT ON public.make_it_clap REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION batch.enqueue('clap');


--
-- Name: make_it_clap batch_clap$delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER "batch_clap$delete" AFTER DELETE ON public.make_it_clap REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION batch.dequeue('clap');


--
-- Name: make_it_clap batch_clap$key; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER "batch_clap$key" AFTER UPDATE ON public.make_it_clap FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION batch.rekey('clap');


--
-- Name: make_it_clap batch_clap$truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER "batch_clap$truncate" AFTER TRUNCATE ON public.make_it_clap FOR EACH STATEMENT EXECUTE FUNCTION batch.dequeue_all('clap');


--
-- Name: FUNCTION accept_reinserted(p_kind text, p_request bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.accept_reinserted(p_kind text, p_request bigint) FROM PUBLIC;


--
-- Name: FUNCTION advance_bounds(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.advance_bounds(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION announce_stop(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_seconds double precision); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.announce_stop(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_seconds double precision) FROM PUBLIC;


--
-- Name: FUNCTION attach(p_requests regclass, p_kind text, p_timeout_column name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.attach(p_requests regclass, p_kind text, p_timeout_column name) FROM PUBLIC;


--
-- Name: FUNCTION attachment_problem(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.attachment_problem(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION backoff(p_failures integer, p_backoff_limit integer, p_backoff_seconds double precision); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.backoff(p_failures integer, p_backoff_limit integer, p_backoff_seconds double precision) FROM PUBLIC;


--
-- Name: FUNCTION call_reader(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.call_reader(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) FROM PUBLIC;


--
-- Name: FUNCTION cancel(p_kind text, p_request bigint, p_reason text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.cancel(p_kind text, p_request bigint, p_reason text) FROM PUBLIC;


--
-- Name: FUNCTION check_token(p_token text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.check_token(p_token text) FROM PUBLIC;


--
-- Name: FUNCTION checkpoint(p_token text, p_value jsonb); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.checkpoint(p_token text, p_value jsonb) FROM PUBLIC;


--
-- Name: FUNCTION claim(p_kind text, p_job text, p_pod text, p_session integer, p_limits integer[], p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision, p_job_finished integer, p_arriving boolean, p_next boolean); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.claim(p_kind text, p_job text, p_pod text, p_session integer, p_limits integer[], p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision, p_job_finished integer, p_arriving boolean, p_next boolean) FROM PUBLIC;


--
-- Name: FUNCTION claim_slow_path(p_kind text, p_job text, p_pod text, p_session integer, p_limits integer[], p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision, p_job_finished integer, p_arriving boolean, p_next boolean, p_unread bigint, p_unread_since timestamp with time zone); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.claim_slow_path(p_kind text, p_job text, p_pod text, p_session integer, p_limits integer[], p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision, p_job_finished integer, p_arriving boolean, p_next boolean, p_unread bigint, p_unread_since timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION claimed_without_row(p_kind text, p_lock boolean); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.claimed_without_row(p_kind text, p_lock boolean) FROM PUBLIC;


--
-- Name: FUNCTION claims_horizon(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.claims_horizon() FROM PUBLIC;


--
-- Name: FUNCTION clear_kind(p_kind text, p_reason text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.clear_kind(p_kind text, p_reason text) FROM PUBLIC;


--
-- Name: FUNCTION complete_attachment(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.complete_attachment(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION connect_readers(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.connect_readers() FROM PUBLIC;


--
-- Name: FUNCTION copy_history(p_kind text, p_request bigint, p_new bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.copy_history(p_kind text, p_request bigint, p_new bigint) FROM PUBLIC;


--
-- Name: FUNCTION count_jobs(p_kind text, p_requests_per_job integer, p_max_replica_count integer, p_pod_start_seconds integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.count_jobs(p_kind text, p_requests_per_job integer, p_max_replica_count integer, p_pod_start_seconds integer) FROM PUBLIC;


--
-- Name: FUNCTION count_requests(p_kind text, p_limit bigint, p_claimed_xid xid8, p_waiting_xid xid8, p_waiting_id bigint, OUT working bigint, OUT suspects bigint, OUT unfinished bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.count_requests(p_kind text, p_limit bigint, p_claimed_xid xid8, p_waiting_xid xid8, p_waiting_id bigint, OUT working bigint, OUT suspects bigint, OUT unfinished bigint) FROM PUBLIC;


--
-- Name: FUNCTION create_policy(p_kind text, p_requests regclass, p_reader name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.create_policy(p_kind text, p_requests regclass, p_reader name) FROM PUBLIC;


--
-- Name: FUNCTION create_readers(p_kind text, p_requests regclass, p_timeout_column name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.create_readers(p_kind text, p_requests regclass, p_timeout_column name) FROM PUBLIC;


--
-- Name: FUNCTION create_triggers(p_kind text, p_requests regclass); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.create_triggers(p_kind text, p_requests regclass) FROM PUBLIC;


--
-- Name: FUNCTION defer(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_seconds double precision, p_error text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.defer(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_seconds double precision, p_error text) FROM PUBLIC;


--
-- Name: FUNCTION demand(p_kind text, p_requests_per_job integer, p_max_replica_count integer, p_pod_start_seconds integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.demand(p_kind text, p_requests_per_job integer, p_max_replica_count integer, p_pod_start_seconds integer) FROM PUBLIC;


--
-- Name: FUNCTION dequeue(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.dequeue() FROM PUBLIC;


--
-- Name: FUNCTION dequeue_all(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.dequeue_all() FROM PUBLIC;


--
-- Name: FUNCTION dequeue_ids(p_kind text, p_ids bigint[], p_reason text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.dequeue_ids(p_kind text, p_ids bigint[], p_reason text) FROM PUBLIC;


--
-- Name: FUNCTION dequeue_row(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.dequeue_row() FROM PUBLIC;


--
-- Name: FUNCTION detach(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.detach(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION drop_policy(p_kind text, p_requests regclass); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.drop_policy(p_kind text, p_requests regclass) FROM PUBLIC;


--
-- Name: FUNCTION drop_readers(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.drop_readers(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION drop_triggers(p_requests regclass, p_kind text, p_kept name[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.drop_triggers(p_requests regclass, p_kind text, p_kept name[]) FROM PUBLIC;


--
-- Name: FUNCTION end_attempt(p_kind text, p_request bigint, p_reason text, p_error text, p_final boolean, p_reserve boolean); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.end_attempt(p_kind text, p_request bigint, p_reason text, p_error text, p_final boolean, p_reserve boolean) FROM PUBLIC;


--
-- Name: FUNCTION end_before_work(p_kind text, p_request bigint, p_attempt integer, p_session integer, p_job text, p_pod text, p_reason text, p_error text, p_missing boolean); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.end_before_work(p_kind text, p_request bigint, p_attempt integer, p_session integer, p_job text, p_pod text, p_reason text, p_error text, p_missing boolean) FROM PUBLIC;


--
-- Name: FUNCTION end_connection(p_session integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.end_connection(p_session integer) FROM PUBLIC;


--
-- Name: FUNCTION end_failed_read(p_kind text, p_request bigint, p_attempt integer, p_session integer, p_job text, p_pod text, p_limits integer[], p_backoff_seconds double precision, p_reason text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.end_failed_read(p_kind text, p_request bigint, p_attempt integer, p_session integer, p_job text, p_pod text, p_limits integer[], p_backoff_seconds double precision, p_reason text) FROM PUBLIC;


--
-- Name: FUNCTION end_or_reject(p_kind text, p_request bigint, p_reason text, p_error text, p_reserve boolean); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.end_or_reject(p_kind text, p_request bigint, p_reason text, p_error text, p_reserve boolean) FROM PUBLIC;


--
-- Name: FUNCTION end_requests(p_kind text, p_ctids tid[], p_reason text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.end_requests(p_kind text, p_ctids tid[], p_reason text) FROM PUBLIC;


--
-- Name: FUNCTION ended_requests(p_kind text, p_before timestamp with time zone, p_above bigint, p_limit integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.ended_requests(p_kind text, p_before timestamp with time zone, p_above bigint, p_limit integer) FROM PUBLIC;


--
-- Name: FUNCTION enqueue(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.enqueue() FROM PUBLIC;


--
-- Name: FUNCTION enqueue_existing(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.enqueue_existing(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION enqueue_ids(p_kind text, p_ids bigint[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.enqueue_ids(p_kind text, p_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION enqueue_missed(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.enqueue_missed(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION enqueue_reinserted(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.enqueue_reinserted(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION enqueue_row(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.enqueue_row() FROM PUBLIC;


--
-- Name: FUNCTION existing_rows(p_kind text, p_ids bigint[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.existing_rows(p_kind text, p_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION expected_claims(p_expected bigint[], p_since timestamp with time zone[], p_made bigint, p_needed bigint, p_made_since_poll bigint, p_late timestamp with time zone, OUT expected bigint[], OUT since timestamp with time zone[], OUT missing bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.expected_claims(p_expected bigint[], p_since timestamp with time zone[], p_made bigint, p_needed bigint, p_made_since_poll bigint, p_late timestamp with time zone, OUT expected bigint[], OUT since timestamp with time zone[], OUT missing bigint) FROM PUBLIC;


--
-- Name: FUNCTION fail(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_reason text, p_error text, p_final boolean); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.fail(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_reason text, p_error text, p_final boolean) FROM PUBLIC;


--
-- Name: FUNCTION fill_template(p_template text, p_values jsonb); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.fill_template(p_template text, p_values jsonb) FROM PUBLIC;


--
-- Name: FUNCTION finish(p_token text, p_result jsonb); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.finish(p_token text, p_result jsonb) FROM PUBLIC;


--
-- Name: FUNCTION forget_requests(p_kind text, p_ids bigint[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.forget_requests(p_kind text, p_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION has_failed_over(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.has_failed_over(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION has_timed_out(p_since timestamp with time zone); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.has_timed_out(p_since timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION has_unqueued(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.has_unqueued(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION has_worker_settings(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.has_worker_settings() FROM PUBLIC;


--
-- Name: FUNCTION is_attached(p_requests regclass, p_kind text, p_timeout_column name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.is_attached(p_requests regclass, p_kind text, p_timeout_column name) FROM PUBLIC;


--
-- Name: FUNCTION is_copy(p_requests regclass, p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.is_copy(p_requests regclass, p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION is_paused(p_problem text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.is_paused(p_problem text) FROM PUBLIC;


--
-- Name: FUNCTION is_subscribed(p_requests regclass); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.is_subscribed(p_requests regclass) FROM PUBLIC;


--
-- Name: FUNCTION is_timeout_column(p_requests regclass, p_column name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.is_timeout_column(p_requests regclass, p_column name) FROM PUBLIC;


--
-- Name: FUNCTION is_transient(p_code text, p_detail text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.is_transient(p_code text, p_detail text) FROM PUBLIC;


--
-- Name: FUNCTION key_column(p_requests regclass); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.key_column(p_requests regclass) FROM PUBLIC;


--
-- Name: FUNCTION "keys$clap"(p_requests regclass, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch."keys$clap"(p_requests regclass, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION keys_may_repeat(p_requests regclass); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.keys_may_repeat(p_requests regclass) FROM PUBLIC;


--
-- Name: FUNCTION keys_reader(p_requests regclass, p_reader name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.keys_reader(p_requests regclass, p_reader name) FROM PUBLIC;


--
-- Name: FUNCTION limit_reached(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.limit_reached(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION lock_attachments(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.lock_attachments() FROM PUBLIC;


--
-- Name: FUNCTION lock_attempt(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.lock_attempt(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer) FROM PUBLIC;


--
-- Name: FUNCTION lock_kind(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.lock_kind(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION lock_session(p_session integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.lock_session(p_session integer) FROM PUBLIC;


--
-- Name: FUNCTION lock_token(p_token text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.lock_token(p_token text) FROM PUBLIC;


--
-- Name: FUNCTION maintain(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.maintain(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION mark_reinserted(p_kind text, p_ids bigint[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.mark_reinserted(p_kind text, p_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION move_times_back(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.move_times_back(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION own(p_token text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.own(p_token text) FROM PUBLIC;


--
-- Name: FUNCTION partition_tree(p_requests regclass, OUT relation oid, OUT is_leaf boolean); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.partition_tree(p_requests regclass, OUT relation oid, OUT is_leaf boolean) FROM PUBLIC;


--
-- Name: FUNCTION partitions(p_requests regclass, p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.partitions(p_requests regclass, p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION pause(p_kind text, p_reason text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.pause(p_kind text, p_reason text) FROM PUBLIC;


--
-- Name: FUNCTION purge(p_kind text, p_age interval, p_limit integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.purge(p_kind text, p_age interval, p_limit integer) FROM PUBLIC;


--
-- Name: FUNCTION read_keys(p_kind text, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.read_keys(p_kind text, p_partition regclass, p_after bigint, p_limit integer, p_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION read_request(p_kind text, p_request bigint, OUT request text, OUT timeout_seconds double precision, OUT problem text, OUT missing boolean, OUT unreadable text, OUT kind_problem boolean, OUT canceled text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.read_request(p_kind text, p_request bigint, OUT request text, OUT timeout_seconds double precision, OUT problem text, OUT missing boolean, OUT unreadable text, OUT kind_problem boolean, OUT canceled text) FROM PUBLIC;


--
-- Name: FUNCTION read_row(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.read_row(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) FROM PUBLIC;


--
-- Name: FUNCTION read_row_with_settings(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.read_row_with_settings(p_kind text, p_requests regclass, p_timeout_column name, p_request bigint) FROM PUBLIC;


--
-- Name: FUNCTION reader_calls(p_kinds text[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.reader_calls(p_kinds text[]) FROM PUBLIC;


--
-- Name: FUNCTION reader_parts(p_requests regclass, p_reader name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.reader_parts(p_requests regclass, p_reader name) FROM PUBLIC;


--
-- Name: FUNCTION reader_role(p_requests regclass); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.reader_role(p_requests regclass) FROM PUBLIC;


--
-- Name: FUNCTION reading_problem(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.reading_problem(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION reap(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.reap(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION reap_delay(p_kind text, p_job text, p_backoff_limit integer, p_backoff_seconds double precision); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.reap_delay(p_kind text, p_job text, p_backoff_limit integer, p_backoff_seconds double precision) FROM PUBLIC;


--
-- Name: FUNCTION reclaim(p_kind text, p_job text, p_session integer, p_lease_seconds double precision, p_idle boolean); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.reclaim(p_kind text, p_job text, p_session integer, p_lease_seconds double precision, p_idle boolean) FROM PUBLIC;


--
-- Name: FUNCTION record_success(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.record_success(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb) FROM PUBLIC;


--
-- Name: FUNCTION recorded(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_reason text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.recorded(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_reason text) FROM PUBLIC;


--
-- Name: FUNCTION refresh_claimed_xids(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.refresh_claimed_xids(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION refresh_enqueued_xids(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.refresh_enqueued_xids(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION refuse_old_snapshot(p_kind text, p_ids bigint[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.refuse_old_snapshot(p_kind text, p_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION refuse_running_key(p_kind text, p_ids bigint[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.refuse_running_key(p_kind text, p_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION refuse_search_path(p_requests regclass); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.refuse_search_path(p_requests regclass) FROM PUBLIC;


--
-- Name: FUNCTION refuse_second_row(p_requests regclass, p_kind text, p_request bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.refuse_second_row(p_requests regclass, p_kind text, p_request bigint) FROM PUBLIC;


--
-- Name: FUNCTION refuse_table(p_requests regclass, p_timeout_column name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.refuse_table(p_requests regclass, p_timeout_column name) FROM PUBLIC;


--
-- Name: FUNCTION register(p_kind text, p_requests regclass, p_timeout_column name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.register(p_kind text, p_requests regclass, p_timeout_column name) FROM PUBLIC;


--
-- Name: FUNCTION reject(p_kind text, p_ids bigint[], p_reason text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.reject(p_kind text, p_ids bigint[], p_reason text) FROM PUBLIC;


--
-- Name: FUNCTION rekey(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.rekey() FROM PUBLIC;


--
-- Name: FUNCTION rekey_running(p_kind text, p_request bigint, p_new bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.rekey_running(p_kind text, p_request bigint, p_new bigint) FROM PUBLIC;


--
-- Name: FUNCTION rekey_waiting(p_kind text, p_request bigint, p_new bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.rekey_waiting(p_kind text, p_request bigint, p_new bigint) FROM PUBLIC;


--
-- Name: FUNCTION release(p_kind text, p_request bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.release(p_kind text, p_request bigint) FROM PUBLIC;


--
-- Name: FUNCTION renew(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_lease_seconds double precision); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.renew(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_lease_seconds double precision) FROM PUBLIC;


--
-- Name: FUNCTION replace_waiting(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.replace_waiting() FROM PUBLIC;


--
-- Name: FUNCTION replicates_queue(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.replicates_queue() FROM PUBLIC;


--
-- Name: FUNCTION replication_role_reset(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.replication_role_reset() FROM PUBLIC;


--
-- Name: FUNCTION report(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_progress jsonb, p_checkpoint jsonb); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.report(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_progress jsonb, p_checkpoint jsonb) FROM PUBLIC;


--
-- Name: FUNCTION report_repeated(p_kind text, p_ids bigint[]); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.report_repeated(p_kind text, p_ids bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION requeue(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.requeue() FROM PUBLIC;


--
-- Name: FUNCTION require_key(p_requests regclass, p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.require_key(p_requests regclass, p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION require_kind(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.require_kind(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION require_owner(p_requests regclass); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.require_owner(p_requests regclass) FROM PUBLIC;


--
-- Name: FUNCTION require_request(p_kind text, p_request bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.require_request(p_kind text, p_request bigint) FROM PUBLIC;


--
-- Name: FUNCTION reset_bounds(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.reset_bounds(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION resume(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.resume(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION retry(p_kind text, p_request bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.retry(p_kind text, p_request bigint) FROM PUBLIC;


--
-- Name: FUNCTION "row$clap"(p_requests regclass, p_timeout_column name, p_request bigint, OUT request text, OUT timeout_seconds double precision); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch."row$clap"(p_requests regclass, p_timeout_column name, p_request bigint, OUT request text, OUT timeout_seconds double precision) FROM PUBLIC;


--
-- Name: FUNCTION row_reader(p_requests regclass, p_reader name, p_timeout_column name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.row_reader(p_requests regclass, p_reader name, p_timeout_column name) FROM PUBLIC;


--
-- Name: FUNCTION row_security_applies(p_requests regclass, p_role name); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.row_security_applies(p_requests regclass, p_role name) FROM PUBLIC;


--
-- Name: FUNCTION session_is_dead(p_session integer, p_lease_until timestamp with time zone); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.session_is_dead(p_session integer, p_lease_until timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION set_missing_claimed_xids(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.set_missing_claimed_xids(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION skip_restored(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.skip_restored() FROM PUBLIC;


--
-- Name: FUNCTION succeed(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.succeed(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb) FROM PUBLIC;


--
-- Name: FUNCTION succeed_and_claim(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb, p_pod text, p_limits integer[], p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision, p_job_finished integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.succeed_and_claim(p_kind text, p_job text, p_request bigint, p_attempt integer, p_session integer, p_result jsonb, p_pod text, p_limits integer[], p_backoff_seconds double precision, p_lease_seconds double precision, p_timeout_seconds double precision, p_job_finished integer) FROM PUBLIC;


--
-- Name: FUNCTION suspect_dead(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.suspect_dead(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION sweep(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.sweep(p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION take_over(p_kind text, p_job text, p_session integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.take_over(p_kind text, p_job text, p_session integer) FROM PUBLIC;


--
-- Name: FUNCTION triggers(p_requests regclass, p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.triggers(p_requests regclass, p_kind text) FROM PUBLIC;


--
-- Name: FUNCTION unlogged_partition(p_requests regclass); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.unlogged_partition(p_requests regclass) FROM PUBLIC;


--
-- Name: FUNCTION unregister(p_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.unregister(p_kind text) FROM PUBLIC;


--
-- Name: TABLE make_it_clap; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.make_it_clap TO batch_owner;


--
-- PostgreSQL database dump complete
--


