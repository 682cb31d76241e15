import { kedaValues } from "../../../components/kedaValues.ts";
import { declaredConfig } from "../../support/pulumi/declaredConfig.ts";
import { Cluster, NAMESPACE } from "../cluster.ts";
import type { DatabaseServer } from "../databaseServer.ts";
import { snapshotResources } from "../leftovers.ts";
import { findGateway } from "../nodes/gateway.ts";
import { inFolder, readRegistry } from "../nodes/registry.ts";
import { TwoNodes } from "../nodes/twoNodes.ts";
import type { Options } from "../options.ts";
import { PlainJob } from "../plainJob.ts";
import { type RunContext, readInitialResources } from "../scenarioContext.ts";
import { settingsFrom } from "../settings.ts";
import { Stack } from "../stack.ts";
import { applicationSettings, KEDA_NAMESPACE, SHOP } from "./applications.ts";
import { installExistingKeda } from "./existingKeda.ts";
import { type OutsideDatabase, startOutsideDatabase } from "./outsideDatabase.ts";
import { OutsideServer } from "./outsideServer.ts";
import { createShopNamespace } from "./shopNamespace.ts";

/** What docs/production.md recommends to those who have a KEDA. Its images come from wherever the chart has them. */
const { env, tolerations } = kedaValues({ imageRegistry: "" });

/** An existing PostgreSQL with the database of `SHOP`; it runs until it is disposed. */
export interface ExistingDatabase
  extends AsyncDisposable,
    Pick<OutsideDatabase, "address" | "port" | "poolerPort" | "owners" | "authority"> {
  readonly server: DatabaseServer;
}

/**
 * Prepares what a team has (KEDA, PostgreSQL, the namespace with its Secrets), and the stack `e2e-existing`, which uses it: the
 * batches are in the same namespace as those of the stack `e2e`, so every scenario runs on it. Disposed, nothing of it is left.
 *
 * @param start - starts the database; by default outside of the cluster
 * @throws Error when the cluster has one of the namespaces already, or a KEDA.
 */
export async function createExistingContext(
  cluster: Cluster,
  { polls, losses }: Pick<Options, "polls" | "losses">,
  start: (nodes: TwoNodes, address: string) => Promise<ExistingDatabase> = startOutside,
): Promise<RunContext & AsyncDisposable> {
  const nodes = await TwoNodes.find(cluster);
  await nodes.restore();
  const stack = await Stack.of(cluster.context, { name: "e2e-existing" });
  await readInitialResources(cluster, stack);
  await stack.init();
  // By the KEDA that was there in an interrupted run.
  if ((await stack.resources()).length > 1) await stack.destroy();
  const settings = settingsFrom(process.env, Object.keys(declaredConfig()), cluster.context);
  const address = await findGateway(nodes.second.network);
  const given: AsyncDisposable[] = [];
  async function remove(): Promise<void> {
    for (let one = given.pop(); one !== undefined; one = given.pop()) await one[Symbol.asyncDispose]();
  }
  try {
    const database = await start(nodes, address);
    given.push(database);
    const values = { env, tolerations };
    given.push(await nodes.onlyOn(nodes.first, () => installExistingKeda(cluster, settings, values)));
    given.push(await createShopNamespace(cluster, database, NAMESPACE));
    const registry = inFolder(readRegistry(settings.image, address), "e2e");
    const maxReplicaCount = Number(settings.maxReplicaCount);
    const shop = applicationSettings(SHOP, settings, { outside: database, registry, caFile: "", maxReplicaCount });
    const existing = new Cluster(cluster.context, {
      server: database.server,
      kedaNamespace: KEDA_NAMESPACE,
    });
    return {
      ...{ cluster: existing, stack, polls, losses, plainJob: new PlainJob(existing, stack) },
      settings: { ...shop, namespace: NAMESPACE },
      before: await snapshotResources(existing),
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function startOutside(_nodes: TwoNodes, address: string): Promise<ExistingDatabase> {
  const outside = await startOutsideDatabase(address, [SHOP.name]);
  return { ...outside, server: new OutsideServer(outside) };
}
