import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { poll } from "../../simulator/poll.ts";
import { createTempDirectory } from "../../simulator/tempDirectory.ts";
import { endProcesses } from "../../worker/src/command/endProcesses.ts";
import type { BenchContext } from "../bench/context.ts";
import { until } from "../support/until.ts";
import { waitOutStartupGrace } from "../support/waitOutStartupGrace.ts";
import { getMark, killCommands, readMarks } from "./commandKills.ts";
import { createCluster } from "./createCluster.ts";
import { type EffectCounts, toLimits, toRows } from "./effects.ts";
import type { Findings } from "./findings.ts";
import type { KillOptions } from "./options.ts";

const PROGRAM = fileURLToPath(new URL("./exactlyOnceProgram.ts", import.meta.url));
const KIND = "page";

/** The effects of one request. */
const EFFECTS = 4;

/** A command that outlives its runner ends once its request belongs to another attempt, soon after the last attempt of all. */
const OUTLIVED_MS = 60_000;

const TABLES = `
  create table pages (id bigint generated always as identity primary key, effects integer, seconds double precision);
  -- Without a key: what is written twice is to be counted.
  create table effects (page_id bigint, effect integer, attempt integer);
  create table refused (page_id bigint, attempt integer);
  create table repeated (page_id bigint);
  select batch.attach('pages', '${KIND}')`;

/** Commands write rows in their own transactions while they and their runners are killed; every row must exist exactly once. */
export async function runExactlyOnce(options: KillOptions, context: BenchContext): Promise<Findings> {
  const client = await context.connect();
  const database = context.openDatabase();
  const { path, remove } = await createTempDirectory(undefined);
  const pods: string[] = [];
  const cluster = createCluster(context, {
    backoffSeconds: options.backoffSeconds,
    env: {
      KIND,
      COMMAND: JSON.stringify([process.execPath, PROGRAM]),
      COMMAND_ENV_PGHOST: context.env.PG_HOST,
      COMMAND_ENV_PGPORT: context.env.PG_PORT,
      COMMAND_ENV_PGDATABASE: context.env.PG_DATABASE,
      COMMAND_ENV_PGUSER: context.env.PG_USERNAME,
    },
    podEnv(podName) {
      pods.push(podName);
      mkdirSync(join(path, podName));
      return { COMMAND_DIRECTORY: join(path, podName), COMMAND_ENV_MARK: podName };
    },
  });
  const startedAt = performance.now();
  try {
    await client.query(TABLES);
    await waitOutStartupGrace(client);
    const insert = "insert into pages (effects, seconds) select $2, $3 from generate_series(1, $1::integer)";
    const addRequests = (count: number) => client.query(insert, [count, EFFECTS, options.seconds]);
    await addRequests(options.requests);
    const ended = new AbortController();
    const asked = { kind: KIND, requestsPerJob: 1, maxReplicaCount: options.workers };
    const settings = { ...asked, pollingInterval: options.pollingSeconds };
    const polled = poll(settings, database, cluster, context.signal).finally(() => ended.abort());
    const [kills] = await Promise.all([
      killCommands(options, { cluster, client, signal: ended.signal }, () => addRequests(options.workers)),
      polled,
    ]);
    // Their late commits count, too.
    const hasEnded = () => {
      const marks = readMarks();
      return !pods.some((name) => marks.has(getMark(name)));
    };
    await until("every command has ended", hasEnded, { timeoutMs: OUTLIVED_MS });
    const { rows } = await client.query<EffectCounts>(COUNTS, [EFFECTS]);
    const counts = rows[0] as EffectCounts;
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    return {
      header: ["", "measured"],
      rows: toRows(kills, counts, seconds),
      limits: toLimits(options, kills, counts),
      numbers: { kills, ...counts, seconds },
    };
  } finally {
    await cluster.stop();
    const left = readMarks();
    for (const mark of pods.map(getMark)) if (left.has(mark)) await endProcesses({ mark }, AbortSignal.abort());
    await database.close();
    await client.end();
    await remove();
  }
}

const COUNTS = `
  with wanted as (select id as page_id, effect from pages, generate_series(1, $1::integer) effect),
       got as (select page_id, effect, count(*) from effects group by page_id, effect),
       ended as (select request_id, count(*) from batch.history where kind = '${KIND}' and status = 'SUCCESS' group by request_id)
  select (select count(*) from pages)::integer as requests,
         (select count(*) from ended)::integer as succeeded,
         (select count(*) from ended where count > 1)::integer as "finishedTwice",
         (select count(*) from batch.queue where kind = '${KIND}')::integer as unfinished,
         (select count(*) from batch.history where kind = '${KIND}')::integer as attempts,
         (select count(*) from batch.history where kind = '${KIND}' and reason = 'crashed')::integer as crashed,
         (select count(*) from batch.history where kind = '${KIND}' and reason <> 'crashed')::integer as "failedOtherwise",
         (select count(*) from wanted)::integer as "effectsWanted",
         (select count(*) from got)::integer as effects,
         (select count(*) from wanted natural left join got where count is null)::integer as "effectsMissing",
         (select count(*) from got where count > 1)::integer as "effectsTwice",
         (select count(*) from refused)::integer as refused,
         (select count(*) from repeated)::integer as repeated`;
