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
-- Name: attach(regclass, text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.attach(requests regclass, kind text) RETURNS void
    LANGUAGE plpgsql
    AS $_$
#variable_conflict use_variable
declare
  key_columns text;
  key_column name;
  attached regclass;
begin
  if kind is null or kind !~ '^[a-z][a-z0-9_]{0,39}$' then
    raise exception 'kind must be 1 to 40 of a-z, 0-9 and _, a letter first (it names the handler''s file); got %', coalesce(quote_literal(kind), 'null');
  end if;
  select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum),
         case when count(*) = 1 then min(a.attname) filter (where a.atttypid = 'bigint'::regtype) end
  into key_columns, key_column
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey[:i.indnkeyatts - 1])
  where i.indrelid = requests and i.indisprimary;
  if key_column is null then
    raise exception '% must have a primary key of one bigint column (the queue knows a request by it); got %', requests, coalesce(key_columns, 'no such key');
  end if;

  -- Until the end of the transaction nobody writes: no row is missed between taking in the old ones and the trigger.
  execute format('lock table %s in share row exclusive mode', requests);
  insert into batch.kind as k values (kind, requests, key_column)
  on conflict on constraint kind_pkey do update set primary_key = excluded.primary_key where k.requests = excluded.requests;
  select k.requests into strict attached from batch.kind k where k.kind = attach.kind;
  if attached <> requests then
    raise exception 'kind must be a new one (a kind is one table''s); got %, which is %''s', quote_literal(kind), attached;
  end if;

  execute format(
    'create or replace trigger %I after insert on %s referencing new table as inserted for each statement execute function batch.enqueue(%L, %L)',
    'batch_' || kind, requests, kind, key_column
  );
  execute format(
    'insert into batch.queue (kind, request_id) select %1$L, %2$I from %3$s
     where not exists (select from batch.history h where h.kind = %1$L and h.request_id = %2$I)
       and not exists (select from batch.queue q where q.kind = %1$L and q.request_id = %2$I)',
    kind, key_column, requests
  );
end
$_$;


--
-- Name: backoff(integer, integer, double precision); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.backoff(job_failures integer, backoff_limit integer, backoff_seconds double precision) RETURNS interval
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (job_failures >= backoff_limit) THEN '00:00:00'::interval ELSE make_interval(secs => LEAST((backoff_seconds * ((2)::double precision ^ (LEAST(job_failures, 30))::double precision)), (600)::double precision)) END;


--
-- Name: demand(text, integer, integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.demand(of_kind text, requests_per_job integer, max_replica_count integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  most bigint := requests_per_job::bigint * max_replica_count;
  jobs bigint;
begin
  with doubtful as materialized (
    select q.ctid from batch.queue q
    where q.kind = of_kind and q.job_name is not null and q.session_id is not null and q.doubted_at is null
      and batch.is_gone(q.session_id, q.lease_until)
    for update skip locked
  )
  update batch.queue q set doubted_at = now() from doubtful where q.ctid = doubtful.ctid;

  perform batch.free_overdue(of_kind);

  -- The waiting ones in their index's order, so that neither another kind's backlog nor emptied pages are walked through.
  select least(ceil(least(count(*), most)::numeric / requests_per_job) + count(*) filter (where orphaned), max_replica_count)
  from (
    (
      select q.doubted_at is not null and q.crashes < q.crash_limit as orphaned
      from batch.queue q where q.kind = of_kind and q.job_name is not null limit most
    )
    union all
    (
      select q.doubted_at is not null as orphaned
      from batch.queue q where q.kind = of_kind and q.job_name is null order by q.request_id limit most
    )
  ) unfinished
  into jobs;
  return jobs;
end
$$;


--
-- Name: enqueue(); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.enqueue() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  busy bigint;
begin
  execute format(
    'select from batch.queue q join inserted on inserted.%2$I = q.request_id
     where q.kind = %1$L and q.job_name is null for update of q',
    tg_argv[0], tg_argv[1]
  );
  execute format(
    'insert into batch.queue (kind, request_id, iteration)
     select %1$L, inserted.%2$I,
            coalesce((select max(h.iteration) from batch.history h where h.kind = %1$L and h.request_id = inserted.%2$I), 0)
     from inserted
     on conflict (kind, request_id) where job_name is null do nothing',
    tg_argv[0], tg_argv[1]
  );
  execute format(
    'select min(q.request_id) from batch.queue q join inserted on inserted.%2$I = q.request_id
     where q.kind = %1$L and q.job_name is not null',
    tg_argv[0], tg_argv[1]
  ) into busy;
  -- One that was claimed and has ended meanwhile has used the attempt that the new one would begin with.
  if busy is null then
    execute format(
      'select min(q.request_id) from inserted join batch.queue q on q.kind = %1$L and q.request_id = inserted.%2$I
         and q.job_name is null
       join batch.history h on h.kind = %1$L and h.request_id = q.request_id and h.iteration > q.iteration',
      tg_argv[0], tg_argv[1]
    ) into busy;
  end if;
  if busy is not null then
    raise exception '% % must not be inserted again before its former attempts have ended (one request, one owner); got it while a Job has it',
      tg_argv[0], busy;
  end if;
  return null;
end
$_$;


--
-- Name: free_overdue(text); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.free_overdue(of_kind text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  freed bigint;
  put_down bigint;
begin
  with expired as materialized (
    select q.ctid from batch.queue q
    where q.kind = of_kind and q.job_name is not null and q.held_until <= now()
    for update skip locked
  )
  update batch.queue q set job_name = null, held_until = null from expired where q.ctid = expired.ctid;
  get diagnostics freed = row_count;

  with overdue as materialized (
    select q.kind, q.job_name, q.request_id from batch.queue q
    where q.kind = of_kind and q.job_name is not null and q.session_id is not null
      and q.doubted_at <= now() - greatest(
        batch.backoff(q.job_failures, q.backoff_limit, q.backoff_seconds) + make_interval(secs => q.backoff_seconds / 2),
        interval '5 seconds'
      )
      and batch.is_gone(q.session_id, q.lease_until)
    for update skip locked
  )
  select count(batch.put_down(kind, job_name, request_id, 'crashed', 'the worker died without a word', false, false))
  from overdue into put_down;
  return freed + put_down;
end
$$;


--
-- Name: hold_session(integer); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.hold_session(session_id integer) RETURNS boolean
    LANGUAGE sql
    RETURN pg_try_advisory_lock(1650553955, session_id);


--
-- Name: is_gone(integer, timestamp with time zone); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.is_gone(session_id integer, lease_until timestamp with time zone) RETURNS boolean
    LANGUAGE sql
    RETURN CASE WHEN (lease_until IS NOT NULL) THEN (lease_until <= now()) ELSE ((pg_postmaster_start_time() < (now() - '00:00:05'::interval)) AND pg_try_advisory_xact_lock(1650553955, session_id)) END;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: history; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.history (
    request_id bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    iteration integer NOT NULL,
    session_id integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone DEFAULT now() NOT NULL,
    status text NOT NULL,
    reason text,
    job_name text NOT NULL,
    pod_name text NOT NULL,
    error text
);


--
-- Name: TABLE history; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON TABLE batch.history IS 'Every ended attempt; batch.attempt shows the running ones too';


--
-- Name: queue; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.queue (
    request_id bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    iteration integer DEFAULT 0 NOT NULL,
    errors integer DEFAULT 0 NOT NULL,
    crashes integer DEFAULT 0 NOT NULL,
    interruptions integer DEFAULT 0 NOT NULL,
    session_id integer,
    backoff_limit integer,
    crash_limit integer,
    interruption_limit integer,
    job_failures integer,
    job_finished integer,
    backoff_seconds double precision,
    created_at timestamp with time zone,
    started_at timestamp with time zone,
    doubted_at timestamp with time zone,
    held_until timestamp with time zone,
    lease_until timestamp with time zone,
    job_name text COLLATE pg_catalog."C",
    pod_name text
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000');


--
-- Name: TABLE queue; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON TABLE batch.queue IS 'Unfinished requests: waiting, running, or held for their Job''s next pod';


--
-- Name: put_down(text, text, bigint, text, text, boolean, boolean); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.put_down(of_kind text, of_job text, of_request bigint, for_reason text, with_error text, final boolean, stays boolean) RETURNS text
    LANGUAGE sql
    BEGIN ATOMIC
 WITH ended AS (
          SELECT q.request_id,
             q.kind,
             q.iteration,
             q.errors,
             q.crashes,
             q.interruptions,
             q.session_id,
             q.backoff_limit,
             q.crash_limit,
             q.interruption_limit,
             q.job_failures,
             q.job_finished,
             q.backoff_seconds,
             q.created_at,
             q.started_at,
             q.doubted_at,
             q.held_until,
             q.lease_until,
             q.job_name,
             q.pod_name,
             q.ctid AS at,
             (put_down.final OR
                 CASE put_down.for_reason
                     WHEN 'error'::text THEN (q.errors >= q.backoff_limit)
                     WHEN 'crashed'::text THEN (q.crashes >= q.crash_limit)
                     ELSE (q.interruptions >= q.interruption_limit)
                 END) AS given_up,
             (put_down.stays AND (q.job_failures < q.backoff_limit)) AS kept
            FROM batch.queue q
           WHERE ((q.kind = put_down.of_kind) AND (q.job_name = put_down.of_job) AND (q.request_id = put_down.of_request))
         ), dropped AS (
          DELETE FROM batch.queue q
            USING ended
           WHERE (ended.given_up AND (q.ctid = ended.at))
         ), left_over AS (
          UPDATE batch.queue q SET session_id = NULL::integer, lease_until = NULL::timestamp with time zone, doubted_at =
                 CASE
                     WHEN ((put_down.for_reason = 'crashed'::text) AND (NOT put_down.stays)) THEN q.doubted_at
                     ELSE NULL::timestamp with time zone
                 END, errors = (q.errors + ((put_down.for_reason = 'error'::text))::integer), crashes = (q.crashes + ((put_down.for_reason = 'crashed'::text))::integer), interruptions = (q.interruptions + ((put_down.for_reason = 'interrupted'::text))::integer), job_failures = (q.job_failures + 1), job_name =
                 CASE
                     WHEN ended.kept THEN q.job_name
                     ELSE NULL::text
                 END, held_until =
                 CASE
                     WHEN ended.kept THEN ((now() + batch.backoff(q.job_failures, q.backoff_limit, q.backoff_seconds)) + make_interval(secs => GREATEST(((2)::double precision * q.backoff_seconds), (2)::double precision)))
                     ELSE NULL::timestamp with time zone
                 END
            FROM ended
           WHERE ((NOT ended.given_up) AND (q.ctid = ended.at))
         )
  INSERT INTO batch.history (kind, request_id, iteration, session_id, created_at, started_at, status, reason, job_name, pod_name, error)  SELECT ended.kind,
             ended.request_id,
             ended.iteration,
             ended.session_id,
             ended.created_at,
             ended.started_at,
                 CASE
                     WHEN ended.given_up THEN 'DEAD'::text
                     ELSE 'FAILED'::text
                 END AS "case",
             put_down.for_reason AS for_reason,
             ended.job_name,
             ended.pod_name,
             put_down.with_error AS with_error
            FROM ended
   RETURNING history.status;
END;


--
-- Name: retry(text, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.retry(of_kind text, of_request bigint) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  latest batch.history;
  asked boolean;
begin
  -- Nothing changes. But of two that do this at the same time one waits, and fails where its snapshot is an older one.
  update batch.history h set status = h.status
  where h.kind = of_kind and h.request_id = of_request and h.status = 'DEAD'
    and h.iteration = (
      select max(newest.iteration) from batch.history newest
      where newest.kind = of_kind and newest.request_id = of_request
    );
  select * into latest from batch.history h
  where h.kind = of_kind and h.request_id = of_request order by h.iteration desc limit 1;
  if latest.status is distinct from 'DEAD' then
    raise exception '% % must be DEAD to be tried again (no work is done twice); got %',
      of_kind, of_request, coalesce(latest.status, 'no attempt that has ended');
  end if;
  if batch.row_of(of_kind, of_request) is null then
    raise exception '% % must be in its table to be tried again (the worker reads it there); got no such row', of_kind, of_request;
  end if;
  insert into batch.queue (kind, request_id, iteration, created_at)
  values (of_kind, of_request, latest.iteration, latest.created_at)
  on conflict (kind, request_id) where job_name is null do nothing;
  asked := found;
  -- After the insert, as in batch.enqueue().
  if exists (select from batch.queue q where q.kind = of_kind and q.job_name is not null and q.request_id = of_request) then
    raise exception '% % must be DEAD to be tried again (one request, one owner); got it while a Job has it', of_kind, of_request;
  end if;
  return asked;
end
$$;


--
-- Name: row_of(text, bigint); Type: FUNCTION; Schema: batch; Owner: -
--

CREATE FUNCTION batch.row_of(of_kind text, of_request bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  attached batch.kind;
  found_row jsonb;
begin
  select * into attached from batch.kind k where k.kind = of_kind;
  execute format('select to_jsonb(request) from %s request where %I = $1', attached.requests, attached.primary_key)
  into found_row using of_request;
  return found_row;
end
$_$;


--
-- Name: attempt; Type: VIEW; Schema: batch; Owner: -
--

CREATE VIEW batch.attempt AS
 SELECT history.kind,
    history.request_id,
    history.iteration,
    history.status,
    history.reason,
    history.error,
    history.job_name,
    history.pod_name,
    history.session_id,
    history.created_at,
    history.started_at,
    history.ended_at
   FROM batch.history
UNION ALL
 SELECT queue.kind,
    queue.request_id,
    queue.iteration,
    'RUNNING'::text AS status,
    NULL::text AS reason,
    NULL::text AS error,
    queue.job_name,
    queue.pod_name,
    queue.session_id,
    queue.created_at,
    queue.started_at,
    NULL::timestamp with time zone AS ended_at
   FROM batch.queue
  WHERE ((queue.job_name IS NOT NULL) AND (queue.session_id IS NOT NULL));


--
-- Name: VIEW attempt; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON VIEW batch.attempt IS 'Every attempt ever started: RUNNING, SUCCESS, FAILED, or DEAD where it was the last one granted';


--
-- Name: kind; Type: TABLE; Schema: batch; Owner: -
--

CREATE TABLE batch.kind (
    kind text NOT NULL COLLATE pg_catalog."C",
    requests regclass NOT NULL,
    primary_key name NOT NULL,
    CONSTRAINT kind_is_a_short_lower_case_word CHECK ((kind ~ '^[a-z][a-z0-9_]{0,39}$'::text))
);


--
-- Name: TABLE kind; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON TABLE batch.kind IS 'The attached tables: one line for each kind of request';


--
-- Name: request; Type: VIEW; Schema: batch; Owner: -
--

CREATE VIEW batch.request AS
 SELECT DISTINCT ON (kind, request_id) kind,
    request_id,
    status,
    iteration,
    session_id,
    job_name,
    pod_name,
    created_at,
    max(ended_at) OVER (PARTITION BY kind, request_id) AS ended_at
   FROM batch.attempt
  ORDER BY kind, request_id, iteration DESC;


--
-- Name: VIEW request; Type: COMMENT; Schema: batch; Owner: -
--

COMMENT ON VIEW batch.request IS 'Every request that was ever started, once, with its latest status';


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
    iteration
   FROM batch.request
  WHERE (kind = 'clap'::text);


--
-- Name: VIEW clap; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON VIEW public.clap IS 'Every request that was ever started, with its latest status; end_time is the latest ended attempt''s';


--
-- Name: clap_attempt; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.clap_attempt AS
 SELECT request_id AS id,
    iteration,
    status,
    reason,
    error,
    job_name,
    pod_name,
    session_id,
    started_at,
    ended_at
   FROM batch.attempt
  WHERE (kind = 'clap'::text);


--
-- Name: VIEW clap_attempt; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON VIEW public.clap_attempt IS 'Every attempt of every request, the running ones too';


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
-- Name: history history_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (kind, request_id, iteration);


--
-- Name: kind kind_pkey; Type: CONSTRAINT; Schema: batch; Owner: -
--

ALTER TABLE ONLY batch.kind
    ADD CONSTRAINT kind_pkey PRIMARY KEY (kind);


--
-- Name: make_it_clap make_it_clap_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.make_it_clap
    ADD CONSTRAINT make_it_clap_pkey PRIMARY KEY (id);


--
-- Name: queue_job; Type: INDEX; Schema: batch; Owner: -
--

CREATE INDEX queue_job ON batch.queue USING btree (kind, job_name) WHERE (job_name IS NOT NULL);


--
-- Name: queue_waiting; Type: INDEX; Schema: batch; Owner: -
--

CREATE UNIQUE INDEX queue_waiting ON batch.queue USING btree (kind, request_id) WHERE (job_name IS NULL);


--
-- Name: make_it_clap batch_clap; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER batch_clap AFTER INSERT ON public.make_it_clap REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION batch.enqueue('clap', 'id');


--
-- Name: FUNCTION attach(requests regclass, kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.attach(requests regclass, kind text) FROM PUBLIC;


--
-- Name: FUNCTION backoff(job_failures integer, backoff_limit integer, backoff_seconds double precision); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.backoff(job_failures integer, backoff_limit integer, backoff_seconds double precision) FROM PUBLIC;


--
-- Name: FUNCTION demand(of_kind text, requests_per_job integer, max_replica_count integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.demand(of_kind text, requests_per_job integer, max_replica_count integer) FROM PUBLIC;


--
-- Name: FUNCTION enqueue(); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.enqueue() FROM PUBLIC;


--
-- Name: FUNCTION free_overdue(of_kind text); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.free_overdue(of_kind text) FROM PUBLIC;


--
-- Name: FUNCTION hold_session(session_id integer); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.hold_session(session_id integer) FROM PUBLIC;


--
-- Name: FUNCTION is_gone(session_id integer, lease_until timestamp with time zone); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.is_gone(session_id integer, lease_until timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION put_down(of_kind text, of_job text, of_request bigint, for_reason text, with_error text, final boolean, stays boolean); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.put_down(of_kind text, of_job text, of_request bigint, for_reason text, with_error text, final boolean, stays boolean) FROM PUBLIC;


--
-- Name: FUNCTION retry(of_kind text, of_request bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.retry(of_kind text, of_request bigint) FROM PUBLIC;


--
-- Name: FUNCTION row_of(of_kind text, of_request bigint); Type: ACL; Schema: batch; Owner: -
--

REVOKE ALL ON FUNCTION batch.row_of(of_kind text, of_request bigint) FROM PUBLIC;


--
-- PostgreSQL database dump complete
--


