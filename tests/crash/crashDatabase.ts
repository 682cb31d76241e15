import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import type { MigrationFiles } from "../../worker/src/migrationFiles.ts";
import { statement } from "../../worker/src/queue/statement.ts";
import { createTestDatabase } from "../support/database.ts";
import { claimParams, claimWithReclaim, toValues } from "../support/queue.ts";
import { HELD_SESSIONS } from "../support/sessionLocks.ts";
import { until } from "../support/until.ts";
import type { HistoryLine, QueueLine } from "./oracle.ts";

/** As many concurrent Jobs as any scenario could need. */
const MAX_REPLICA_COUNT = 10;

export type CrashDatabase = Awaited<ReturnType<typeof createCrashDatabase>>;

/**
 * Creates a database without other clients, for one run after another.
 *
 * @default files - the project's own
 */
export async function createCrashDatabase(files?: MigrationFiles) {
  const database = await createTestDatabase(files ? "template0" : undefined);
  const { query } = database;
  if (files) await migrate(database.client, noopLog, files);

  /** KEDA's answer at a poll, and the content of the queue then. */
  async function poll(
    requestsPerJob: number,
  ): Promise<{ readonly jobs: number; readonly queue: readonly QueueLine[] }> {
    const values = toValues({ kind: "clap", requestsPerJob, maxReplicaCount: MAX_REPLICA_COUNT });
    const [row] = await query<{ jobs: string }>(statement("demand").text, values);
    const queue = await query<QueueLine>(
      "select request_id, session_id is not null as running, attempt, errors, crashes, interruptions from batch.queue",
    );
    return { jobs: Number(row?.jobs), queue };
  }

  /** Ages reservations and suspicions beyond the time in which a Job's next pod would have claimed. */
  const expireReservations = () =>
    query(
      "update batch.queue set suspected_at = suspected_at - interval '1 hour', reserved_until = reserved_until - interval '1 hour'",
    );

  return {
    env: { ...database.env, DATABASE_TIMEOUT_SECONDS: "5" },
    poll,
    expireReservations,

    /** Inserts requests; resolves with their ids. */
    async insert(count: number): Promise<string[]> {
      const insert =
        "insert into make_it_clap (duration_seconds) select 0 from generate_series(1, $1::integer) returning id";
      return (await query<{ id: string }>(insert, [count])).map(({ id }) => id);
    },

    /** Ages leases until one that is not renewed has expired. */
    expireLeases: () => query("update batch.queue set lease_until = now() where lease_until is not null"),

    /** Waits until the running worker holds its lock (again). */
    async waitForLock(): Promise<void> {
      const held = `select from batch.queue where session_id in ${HELD_SESSIONS}`;
      await until("the working pod's lock is held", async () => (await query(held)).at(0));
    },

    /** The scaling query and claims by another Job and by the Job's own next pod, while the worker lives; resolves with the Job that got the request. */
    async contend(jobName: string): Promise<string | undefined> {
      for (const watcher of [`${jobName}-neighbour`, jobName]) {
        await poll(1);
        await expireReservations();
        const connection = database.connect();
        const got = await claimWithReclaim(connection, claimParams(watcher));
        await connection.close();
        if (typeof got === "object") return watcher;
      }
      return undefined;
    },

    /** Waits until the server has noticed every closed connection. */
    waitForBackendsToEnd: () => database.untilNoWorkerSession({ intervalMs: 1 }),

    /** Every ended attempt of the requests whose times are in order. */
    history: (requests: readonly string[]) =>
      query<HistoryLine>(
        `select request_id, attempt, status, reason, job_name, pod_name
         from (select *, min(started_at) over (partition by request_id) as first_start from batch.history) attempt
         where request_id = any ($1) and created_at = first_start and started_at <= ended_at
           and (reason is null) = (error is null)
         order by request_id, attempt`,
        [requests],
      ),

    /** Leaves nothing for the next run. */
    clear: () => query("delete from batch.queue; delete from batch.job"),
  };
}
