import type pg from "pg";

const CLAIM = {
  name: "unguarded claim",
  text: `
    update batch.queue q
    set attempt = q.attempt + 1, session_id = $1, job_name = $2, pod_name = $2, token = gen_random_uuid(),
        started_at = now(), created_at = coalesce(q.created_at, now()), claimed_xid = pg_current_xact_id()
    where q.ctid = (
      select c.ctid from batch.queue c join batch.scaling s on s.kind = c.kind
      where c.kind = 'clap' and c.job_name is null and c.available_at is null
        and (c.enqueued_xid, c.request_id) >= (s.waiting_xid, s.waiting_id)
      order by c.enqueued_xid, c.request_id limit 1 for update of c skip locked
    )
    returning q.request_id, (select to_json(r.*)::text from make_it_clap r where r.id = q.request_id)`,
};

const FINISH = {
  name: "unguarded finish",
  text: `
    with done as (delete from batch.queue q where q.kind = 'clap' and q.request_id = $1 returning q.*)
    insert into batch.history (kind, request_id, attempt, session_id, created_at, started_at, status, job_name, pod_name)
    select kind, request_id, attempt, session_id, created_at, started_at, 'SUCCESS', job_name, pod_name from done`,
};

/**
 * A claim and a finish that write what the queue's functions write and guarantee nothing: a bound on how fast these can be. The scan starts
 * where theirs does, and the bound is moved as often.
 */
export async function claimAndFinishUnguarded(client: pg.Client, session: number): Promise<void> {
  const { rows } = await client.query({ ...CLAIM, values: [session, `clap-scaledjob-${session}`] });
  if (rows.length === 0) throw new Error("a claim must find a waiting request (--waiting is too small); got nothing");
  await client.query({ ...FINISH, values: [rows[0].request_id] });
  if (Math.random() < 0.005) await client.query("select batch.advance_bounds('clap')");
}
