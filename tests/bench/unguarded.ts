import type pg from "pg";
import { mustFind } from "./queueLoad.ts";

/** $1 session, $2 the Job's and the pod's name */
const CLAIM = `
  update batch.queue q
  set attempt = q.attempt + 1, session_id = $1, job_name = $2, pod_name = $2, token = gen_random_uuid(),
      started_at = now(), created_at = coalesce(q.created_at, now()), claimed_xid = pg_current_xact_id()
  where q.ctid = (
    select c.ctid from batch.queue c join batch.scaling s on s.kind = c.kind
    where c.kind = 'clap' and c.job_name is null and c.available_at is null
      and (c.enqueued_xid, c.request_id) >= (s.waiting_xid, s.waiting_id)
    order by c.enqueued_xid, c.request_id limit 1 for update of c skip locked
  )
  returning q.request_id, (select to_json(r.*)::text from public.make_it_clap r where r.id = q.request_id)`;

function finish(request: "$1" | "$3"): string {
  return `
  with done as (delete from batch.queue q where q.kind = 'clap' and q.request_id = ${request} returning q.*)
  insert into batch.history (kind, request_id, attempt, session_id, created_at, started_at, status, job_name, pod_name)
  select d.kind, d.request_id, d.attempt, d.session_id, d.created_at, d.started_at, 'SUCCESS', d.job_name, d.pod_name from done d`;
}

/** As the queue's functions: their caller needs no right on the tables. */
const FUNCTIONS = `
  create or replace function public.unguarded_claim(integer, text) returns table (request_id bigint, request text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin return query ${CLAIM}; end $$;
  create or replace function public.unguarded_finish(bigint) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin ${finish("$1")}; end $$;
  create or replace function public.unguarded_finish_and_claim(integer, text, bigint)
  returns table (request_id bigint, request text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$ begin ${finish("$3")}; return query ${CLAIM}; end $$`;

/** How the writes are sent: as statements, or as calls of functions that run with their owner's rights, as the queue's do. */
const STATEMENTS = {
  statements: { claim: CLAIM, finish: finish("$1") },
  functions: {
    claim: "select request_id, request from public.unguarded_claim($1, $2)",
    finish: "select public.unguarded_finish($1)",
    finishAndClaim: "select request_id, request from public.unguarded_finish_and_claim($1, $2, $3)",
  },
} as const;

/** Creates the functions. */
export async function createUnguardedFunctions(client: pg.Client): Promise<void> {
  await client.query(FUNCTIONS);
}

/**
 * A claim and a finish that write what the queue's functions write and guarantee nothing: a bound on how fast these can be. The scan starts
 * where theirs does, and the bound is moved as often.
 */
export async function claimAndFinishUnguarded(client: pg.Client, session: number, as: keyof typeof STATEMENTS) {
  const { claim, finish } = STATEMENTS[as];
  const values = [session, `clap-unguarded-${session}`];
  const { rows } = await client.query({ name: `${as}: claim`, text: claim, values });
  await client.query({ name: `${as}: finish`, text: finish, values: [mustFind(rows[0]).request_id] });
  if (Math.random() < 0.005) await client.query("select batch.advance_bounds('clap')");
}

/** The same for a Job of many requests: each call finishes one and claims the next, in one transaction. */
export function createUnguardedJob(client: pg.Client, session: number): () => Promise<void> {
  const { claim, finishAndClaim } = STATEMENTS.functions;
  const job = `clap-unguarded-${session}`;
  let claimed: string | undefined;
  return async () => {
    const { rows } =
      claimed === undefined
        ? await client.query({ name: "first claim", text: claim, values: [session, job] })
        : await client.query({ name: "finish and claim", text: finishAndClaim, values: [session, job, claimed] });
    claimed = mustFind(rows[0]).request_id;
    if (Math.random() < 0.005) await client.query("select batch.advance_bounds('clap')");
  };
}
