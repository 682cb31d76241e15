import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exactly, type Limit } from "../../support/limit.ts";
import { findGateway } from "../nodes/gateway.ts";
import { inFolder, readRegistry, readTags } from "../nodes/registry.ts";
import type { TwoNodes } from "../nodes/twoNodes.ts";
import type { ScenarioContext } from "../scenario.ts";
import { ApplicationStack } from "./applicationStack.ts";
import { type Application, DEPOT, type Given, KEDA_NAMESPACE, SHOP } from "./applications.ts";
import { connectionFindings } from "./connectionFindings.ts";
import { installExistingKeda } from "./existingKeda.ts";
import { readImpostorLog } from "./impostor.ts";
import { differences } from "./inventory.ts";
import { type OutsideDatabase, startOutsideDatabase } from "./outsideDatabase.ts";
import { nodesThatPulled } from "./pulls.ts";
import { takeSettledInventory } from "./settledInventory.ts";
import { createShopNamespace } from "./shopNamespace.ts";
import { work } from "./work.ts";

/** The maximum number of Jobs of each stack: two cores run both stacks. */
const MAX_REPLICA_COUNT = 4;

/** Prepares the existing installation, lets two stacks use it, and removes all of it. */
export async function deployTwoStacks(context: ScenarioContext, nodes: TwoNodes): Promise<Limit[]> {
  const { cluster, settings, note } = context;
  const address = await findGateway(nodes.second.network);
  const registry = inFolder(readRegistry(settings.image, address), `e2e-${Date.now().toString(36)}`);
  const shop = await ApplicationStack.prepare(cluster, SHOP);
  const depot = await ApplicationStack.prepare(cluster, DEPOT);
  await using outside = await startOutsideDatabase(address, [SHOP.name, DEPOT.name]);
  await outside.query(
    DEPOT.name,
    "create schema depot; create table depot.parcels (id bigserial primary key, weight integer)",
  );
  await using file = await writeAuthority(outside.authority);
  await using _keda = await installExistingKeda(cluster, settings);
  await using _namespace = await createShopNamespace(cluster, outside);
  const before = await takeSettledInventory(cluster);
  const findings = await useStacks(context, nodes, [shop, depot], {
    outside,
    registry,
    caFile: file.path,
    maxReplicaCount: MAX_REPLICA_COUNT,
  });
  const changed = differences(before, await takeSettledInventory(cluster));
  for (const difference of changed) note(difference);
  const ofKeda = changed.filter((line) => line.includes(`${KEDA_NAMESPACE}/`) || line.includes("keda"));
  return [
    ...findings,
    exactly(0, "objects of KEDA changed once both are destroyed", ofKeda.length),
    exactly(0, "other objects of the cluster changed", changed.length - ofKeda.length),
  ];
}

/** Deploys both stacks, runs their requests, and destroys them. */
async function useStacks(
  { cluster, settings, note }: ScenarioContext,
  nodes: TwoNodes,
  [shop, depot]: readonly [ApplicationStack, ApplicationStack],
  given: Given & { readonly outside: OutsideDatabase },
): Promise<Limit[]> {
  const { outside, registry } = given;
  await using _shop = shop;
  await using _depot = depot;
  for (const stack of [shop, depot])
    note(`pulumi up of ${stack.application.name}: ${(await stack.up(settings, given)).toFixed(1)} s`);
  const impostorLog = await readImpostorLog(cluster, shop, outside.address);
  const both = [SHOP, DEPOT].map((one) => work({ cluster, settings, note }, one, outside, given.maxReplicaCount));
  const findings = (await Promise.all(both)).flat();
  for (const { name, image } of [SHOP, DEPOT] satisfies Application[]) {
    const pulled = nodesThatPulled(await cluster.list("events", "-n", name), `${registry.pullRegistry}/${image}`);
    findings.push(exactly(1, `image ${image} pushed`, (await readTags(registry, image)).length));
    findings.push(exactly(2, "nodes pulled it", pulled.length));
  }
  const said = await Promise.all([shop, depot].map((stack) => stack.transcript()));
  const passwords = Object.values(outside.owners).map(({ password }) => password);
  return [
    ...findings,
    exactly(
      1,
      "worker with another authority's certificate refused the server",
      Number(/certificate signature failure/.test(impostorLog)),
    ),
    ...connectionFindings(outside.sessions(), [nodes.second.controlPlane, nodes.second.address]),
    exactly(0, "owners' passwords in states and outputs", passwords.filter((one) => said.join().includes(one)).length),
  ];
}

async function writeAuthority(authority: string): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "e2e-authority-"));
  const path = join(folder, "ca.crt");
  await writeFile(path, authority);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
