import { fileURLToPath } from "node:url";
import { BATCH_DEFAULTS } from "../../../components/batchSettings.ts";
import { exactly, type Limit } from "../../support/limit.ts";
import { findGateway } from "../nodes/gateway.ts";
import { inFolder, type Registry, readRegistry } from "../nodes/registry.ts";
import type { ScenarioContext } from "../scenario.ts";
import type { Settings } from "../settings.ts";
import { Stack } from "../stack.ts";
import type { Application } from "./applications.ts";
import { CONSUMER_PROGRAMS } from "./consumerPrograms.ts";
import { ConsumerStack } from "./consumerStack.ts";
import { installExistingKeda } from "./existingKeda.ts";
import { differences } from "./inventory.ts";
import { type OutsideDatabase, startOutsideDatabase } from "./outsideDatabase.ts";
import { takeSettledInventory } from "./settledInventory.ts";
import { work } from "./work.ts";

/** The batch that each of the examples deploys. */
const PAGES: Application = {
  name: "pages",
  kind: "page",
  insert: "insert into pages (url) select 'https://example.com'",
  batch: "pages",
  image: "runner",
};

/** PostgreSQL's default port: the examples set none. */
const PORT = 5_432;

/** Of each program, as many as one poll creates Jobs for; `cluster` has more of them. */
const REQUESTS = BATCH_DEFAULTS.maxReplicaCount;

/** Deploys each example on the shared cluster, runs its requests, and destroys it. */
export async function useAsPackage(context: ScenarioContext, network: string): Promise<Limit[]> {
  const { cluster, settings } = context;
  const address = await findGateway(network);
  const registry = inFolder(readRegistry(settings.image, address), `e2e-${Date.now().toString(36)}`);
  await using consumers = await prepareConsumers(cluster.context);
  await using outside = await startOutsideDatabase(address, [PAGES.name], PORT);
  await outside.query(PAGES.name, "create table pages (id bigserial primary key, url text)");
  await using _keda = await installExistingKeda(cluster, settings);
  const images = await pushImages(cluster.context, registry);
  const findings: Limit[] = [];
  for (const consumer of consumers) {
    const found = await deploy(context, consumer, outside, images);
    const { language } = consumer.program;
    findings.push(...found.map((finding) => ({ ...finding, what: `${finding.what}, ${language}` })));
  }
  return findings;
}

/** The programs' stacks, before their first `pulumi up`. */
async function prepareConsumers(context: string): Promise<readonly ConsumerStack[] & AsyncDisposable> {
  const stacks: ConsumerStack[] = [];
  async function remove(): Promise<void> {
    for (const stack of stacks) await stack.remove();
  }
  try {
    for (const program of CONSUMER_PROGRAMS) stacks.push(await ConsumerStack.prepare(context, program));
  } catch (error) {
    await remove();
    throw error;
  }
  return Object.assign(stacks, { [Symbol.asyncDispose]: remove });
}

/** Each program continues with the database as the previous one left it. */
async function deploy(
  context: ScenarioContext,
  consumer: ConsumerStack,
  outside: OutsideDatabase,
  images: Settings,
): Promise<Limit[]> {
  const { cluster, note } = context;
  const before = await takeSettledInventory(cluster);
  const findings: Limit[] = [];
  {
    const { user = "", password = "" } = outside.owners[PAGES.name] ?? {};
    const where = { host: outside.address, database: PAGES.name, ca: outside.authority };
    await using up = await consumer.up({ ...where, ...images, user }, { password });
    note(`pulumi up in ${consumer.program.language}: ${up.seconds.toFixed(1)} s`);
    // The examples set neither: the defaults.
    const { pollingInterval, maxReplicaCount } = BATCH_DEFAULTS;
    const settings = { ...context.settings, pollingInterval: String(pollingInterval) };
    findings.push(...(await work({ cluster, settings, note }, PAGES, outside, maxReplicaCount, REQUESTS)));
  }
  const changed = differences(before, await takeSettledInventory(cluster));
  for (const difference of changed) note(difference);
  return [...findings, exactly(0, "objects of the cluster changed once it is destroyed", changed.length)];
}

/** Builds and pushes both images; returns the references that nodes use, by the examples' keys. */
async function pushImages(context: string, registry: Registry): Promise<Settings> {
  const project = { name: "images", folder: fileURLToPath(new URL("images", import.meta.url)) };
  const stack = await Stack.of(context, { name: "e2e-images", project });
  await stack.init();
  await stack.up({ ...registry });
  const { worker, runner } = JSON.parse(await stack.pulumi(["stack", "output", "--json"]));
  await stack.destroy();
  await stack.remove();
  return { image: worker, runner };
}
