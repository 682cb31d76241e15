import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { HELD_SESSIONS } from "../support/sessionLocks.ts";

const INTERVAL_MS = 2;

/** Whether a session holds the lock of the attempt that a pod runs. */
const IS_HELD = {
  name: "is_held",
  text: `select exists (select from batch.queue where pod_name = $1 and session_id in ${HELD_SESSIONS}) as held`,
};

/** Observes a batch from a separate connection, without touching it. */
export class QueueObserver {
  readonly #client: pg.Client;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Resolves with the time as soon as the pod's attempt no longer has a session lock. */
  async untilUnlocked(podName: string, intervalMs = INTERVAL_MS): Promise<number> {
    while ((await this.#client.query<{ held: boolean }>({ ...IS_HELD, values: [podName] })).rows[0]?.held) {
      await sleep(intervalMs);
    }
    return Date.now();
  }

  async succeeded(ids: readonly string[]): Promise<number> {
    const { rows } = await this.#client.query<{ count: number }>(
      "select count(*)::integer from batch.history where kind = 'clap' and request_id = any ($1) and status = 'SUCCESS'",
      [ids],
    );
    return rows[0]?.count ?? 0;
  }

  /** How many rows of batch.queue were ever updated; waits until every writer has disconnected, since only then it is exact. */
  async updates(): Promise<number> {
    const others =
      "select from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and application_name = 'postgres-batch'";
    while ((await this.#client.query(others)).rowCount) await sleep(INTERVAL_MS);
    const { rows } = await this.#client.query<{ updates: number }>(
      "select n_tup_upd::integer as updates from pg_stat_all_tables where relid = 'batch.queue'::regclass",
    );
    return rows[0]?.updates ?? 0;
  }
}
