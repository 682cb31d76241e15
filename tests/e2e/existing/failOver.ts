import { atMost, exactly, type Limit } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { JobWatch } from "../jobWatch.ts";
import { findGateway } from "../nodes/gateway.ts";
import { inFolder, readRegistry } from "../nodes/registry.ts";
import type { ScenarioContext } from "../scenario.ts";
import { ApplicationStack } from "./applicationStack.ts";
import { SHOP } from "./applications.ts";
import { installExistingKeda } from "./existingKeda.ts";
import { type OutsideDatabase, startOutsideDatabase } from "./outsideDatabase.ts";
import { createShopNamespace } from "./shopNamespace.ts";

/** The numbers of requests and their seconds: finished before the failover, running during it, inserted after it. */
const FINISHED = { count: 4, seconds: 1 };
const RUNNING = { count: 4, seconds: 40 };
const LATER = { count: 4, seconds: 1 };
const ALL = FINISHED.count + RUNNING.count + LATER.count;

/** How long it takes to notice that the primary is dead. */
const OUTAGE_SECONDS = 20;

/** All of them run at once. */
const MAX_REPLICA_COUNT = 10;

const TIMEOUT_MS = 300_000;

/** Lets a stack's server fail over to its replica while some requests run and others have finished. */
export async function failOver(context: ScenarioContext, network: string): Promise<Limit[]> {
  const { cluster, settings } = context;
  const address = await findGateway(network);
  const registry = inFolder(readRegistry(settings.image, address), "e2e");
  const shop = await ApplicationStack.prepare(cluster, SHOP);
  await using outside = await startOutsideDatabase(address, [SHOP.name]);
  await using _keda = await installExistingKeda(cluster, settings);
  await using _namespace = await createShopNamespace(cluster, outside);
  await using _shop = shop;
  await shop.up(settings, { outside, registry, caFile: "", maxReplicaCount: MAX_REPLICA_COUNT });
  await outside.addReplica();
  return await findings(context, outside);
}

async function findings({ cluster, settings, note }: ScenarioContext, outside: OutsideDatabase): Promise<Limit[]> {
  using watch = new JobWatch(cluster, { namespace: SHOP.name, label: `scaledjob.keda.sh/name=${SHOP.batch}` });
  await insert(outside, FINISHED);
  await watch.ended(FINISHED.count, TIMEOUT_MS);
  const finished = await readAttempts(outside);
  await insert(outside, RUNNING);
  const running = async () =>
    (await readAttempts(outside)).filter((attempt) => attempt.includes("RUNNING")).length === RUNNING.count;
  await until("all RUNNING", running, { timeoutMs: TIMEOUT_MS, intervalMs: 500 });
  const away = performance.now();
  await outside.failOver(OUTAGE_SECONDS);
  const back = performance.now();
  await insert(outside, LATER);
  await until("the later requests' Jobs", () => watch.count.created === ALL, { timeoutMs: TIMEOUT_MS });
  const toJobs = (performance.now() - back) / 1_000;
  await watch.ended(ALL, TIMEOUT_MS);
  const after = await readAttempts(outside);
  note(`no server was reachable at the name for ${((back - away) / 1_000).toFixed(1)} s`);
  return [
    atMost(2 * Number(settings.pollingInterval), "from the failover to the later requests' Jobs", toJobs, " s"),
    exactly(FINISHED.count, "finished attempts kept", finished.filter((attempt) => after.includes(attempt)).length),
    exactly(ALL, "attempts", after.length),
    exactly(ALL, "SUCCESS", after.filter((attempt) => attempt.includes("SUCCESS")).length),
    exactly(ALL, "Jobs", watch.count.created),
    exactly(ALL, "Complete", watch.count.complete),
  ];
}

async function insert(outside: OutsideDatabase, { count, seconds }: typeof FINISHED): Promise<void> {
  const rows = `select ${seconds} from generate_series(1, ${count})`;
  await outside.query(SHOP.name, `insert into make_it_clap (duration_seconds) ${rows}`);
}

/** Every attempt with everything recorded about it. */
async function readAttempts(outside: OutsideDatabase): Promise<string[]> {
  const rows = await outside.query<{ row: string }>(
    SHOP.name,
    "select row_to_json(a)::text as row from batch.attempt a",
  );
  return rows.map(({ row }) => row);
}
