import { until } from "../support/until.ts";
import type { Cluster } from "./cluster.ts";
import type { Attempt } from "./requests.ts";

/** An attempt of any kind as `batch.attempt` shows it. */
export interface KindAttempt extends Omit<Attempt, "id"> {
  readonly kind: string;
  readonly request_id: number;
  readonly result: unknown;
}

/** Every attempt of a kind, each request's in order. */
export async function readAttempts(cluster: Cluster, kind: string): Promise<KindAttempt[]> {
  return await cluster.rows<KindAttempt>(
    `select kind, request_id, attempt, status, reason, error, result, job_name, pod_name, started_at, ended_at
     from batch.attempt where kind = '${kind}' order by request_id, attempt`,
  );
}

/** Waits until every request of the kinds has ended. */
export async function kindsEnded(cluster: Cluster, kinds: readonly string[], timeoutMs: number): Promise<void> {
  const unfinished = `select kind, request_id, job_name, attempt from batch.queue where kind in (${list(kinds)})`;
  const none = async () => (await cluster.psql(`select count(*) from (${unfinished}) q`)).trim() === "0";
  await until(`no unfinished request of ${kinds.join(", ")}`, none, { timeoutMs, intervalMs: 2_000 }).catch(
    async (error: Error) => {
      throw new Error(`${error.message}; there are ${JSON.stringify(await cluster.rows(unfinished))}`);
    },
  );
}

/** Removes kinds with their tables, requests and history; kinds that do not exist are skipped. */
export async function removeKinds(cluster: Cluster, tables: Readonly<Record<string, string>>): Promise<void> {
  const removals = Object.entries(tables).map(
    ([kind, table]) => `
      do $$ begin
        if to_regclass('${table}') is not null then truncate ${table} cascade; end if;
        if exists (select from batch.kind where kind = '${kind}' and attached) then perform batch.detach('${kind}'); end if;
      end $$;
      drop table if exists ${table} cascade;
      delete from batch.history where kind = '${kind}';`,
  );
  await cluster.psql(`set client_min_messages = warning; ${removals.join("")}`);
}

function list(kinds: readonly string[]): string {
  return kinds.map((kind) => `'${kind}'`).join();
}
