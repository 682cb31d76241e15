import { rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackage } from "../../support/installPackage.ts";
import { exactly, type Finding } from "../finding.ts";
import { findGateway } from "../nodes/gateway.ts";
import { inFolder, type Registry, readRegistry } from "../nodes/registry.ts";
import type { ScenarioContext } from "../scenario.ts";
import { Stack } from "../stack.ts";
import type { Application } from "./applications.ts";
import { differences } from "./inventory.ts";
import { installOtherKeda } from "./otherKeda.ts";
import { startOutsideDatabase } from "./outsideDatabase.ts";
import { takeSettledInventory } from "./settledInventory.ts";
import { work } from "./work.ts";

/** The batch that examples/consumers/typescript deploys. */
const PAGES: Application = {
  name: "pages",
  kind: "page",
  insert: "insert into pages (url) select 'https://example.com'",
  batch: "pages",
  image: "runner",
};

/** PostgreSQL's default port: the example sets none. */
const PORT = 5_432;

/** Deploys the example on the shared cluster, runs a request, and destroys the example. */
export async function useAsPackage(context: ScenarioContext, network: string): Promise<Finding[]> {
  const { cluster, settings, note } = context;
  const address = await findGateway(network);
  const registry = inFolder(readRegistry(settings.image, address), `e2e-${Date.now().toString(36)}`);
  await using program = await prepareProgram(cluster.context);
  await using outside = await startOutsideDatabase(address, [PAGES.name], PORT);
  await outside.query(PAGES.name, "create table pages (id bigserial primary key, url text)");
  await using _keda = await installOtherKeda(cluster, settings);
  const { worker: image, runner } = await pushImages(cluster.context, registry);
  const before = await takeSettledInventory(cluster);
  const findings: Finding[] = [];
  {
    await using stack = await prepareStack(program.folder, cluster.context);
    const { user = "", password = "" } = outside.owners[PAGES.name] ?? {};
    const where = { host: outside.address, database: PAGES.name, ca: outside.authority };
    stack.configure({ ...where, image, runner, user });
    await stack.configureSecret("password", password);
    note(`pulumi up: ${(await stack.apply()).toFixed(1)} s`);
    findings.push(...(await work(context, PAGES, outside, 10)));
  }
  const changed = differences(before, await takeSettledInventory(cluster));
  for (const difference of changed) note(difference);
  return [...findings, exactly(0, "objects of the cluster changed once it is destroyed", changed.length)];
}

/** Where the program is: the same folder in every run, since Pulumi keeps a stack's salt beside it. */
async function prepareProgram(context: string): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = join(tmpdir(), `postgres-batch-consumer-${userInfo().uid}-${context.replace(/\W/g, "-")}`);
  for (const name of ["checkout", "node_modules"]) await rm(join(folder, name), { recursive: true, force: true });
  await installPackage(folder);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** The stack, after removing what an interrupted run has left of it. */
async function prepareStack(folder: string, context: string) {
  const stack = new Stack(context, { name: "e2e-pages", project: { name: PAGES.name, folder } });
  await stack.init();
  if ((await stack.resources()).length > 1) await stack.destroy();
  return Object.assign(stack, {
    [Symbol.asyncDispose]: async () => {
      await stack.destroy();
      await stack.remove();
    },
  });
}

/** Builds and pushes both images; returns the references that nodes use. */
async function pushImages(context: string, registry: Registry): Promise<Record<"worker" | "runner", string>> {
  const project = { name: "images", folder: fileURLToPath(new URL("images", import.meta.url)) };
  const stack = new Stack(context, { name: "e2e-images", project });
  await stack.init();
  await stack.up({ ...registry });
  const outputs = JSON.parse(await stack.pulumi(["stack", "output", "--json"]));
  await stack.destroy();
  await stack.remove();
  return outputs;
}
