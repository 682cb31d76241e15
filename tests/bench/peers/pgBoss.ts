import pg from "pg";
import { PgBoss } from "pg-boss";
import { timeRuns } from "../../support/samples.ts";
import type { BenchContext } from "../context.ts";
import type { QueueUnderTest } from "./queueUnderTest.ts";

const QUEUE = "clap";

/** pg-boss: fetch and complete, one job each. */
export async function openPgBoss({ clientConfig }: BenchContext): Promise<QueueUnderTest> {
  const pool = new pg.Pool({ ...clientConfig, max: 4 });
  pool.on("error", () => undefined);
  const boss = new PgBoss({
    db: { executeSql: (text: string, values?: unknown[]) => pool.query(text, values) },
    supervise: false,
    schedule: false,
  });
  boss.on("error", () => undefined);
  await boss.start();
  await boss.createQueue(QUEUE);
  async function work(): Promise<void> {
    const [job] = await boss.fetch(QUEUE);
    if (job === undefined) throw new Error("pg-boss must have waiting jobs; got none");
    await boss.complete(QUEUE, job.id);
  }
  return {
    name: "pg-boss",
    async fill(count) {
      const jobs = Array.from({ length: count }, (_, id) => ({ data: { id } }));
      for (let from = 0; from < count; from += 5_000) await boss.insert(QUEUE, jobs.slice(from, from + 5_000));
      await pool.query("analyze pgboss.job");
    },
    work: (count) => timeRuns(count, work, 0),
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}
