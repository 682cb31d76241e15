import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { declaredConfig } from "../support/pulumi/declaredConfig.ts";
import type { Cluster } from "./cluster.ts";
import { dockerEnv } from "./dockerEnv.ts";
import { snapshotResources } from "./leftovers.ts";
import type { Options } from "./options.ts";
import { PlainJob } from "./plainJob.ts";
import type { ScenarioContext } from "./scenario.ts";
import { settingsFrom } from "./settings.ts";
import { Stack } from "./stack.ts";

/** Shared by a whole run. */
export type RunContext = Omit<ScenarioContext, "note" | "show">;

/**
 * Prepares the stack `e2e` for a cluster, and this process to build its image.
 *
 * @param options.pushed - every scenario pushes its images to a registry, whatever the settings say
 * @throws Error when the cluster has another stack's namespaces, which would be taken from it, or the image cannot be built for it.
 */
export async function createContext(
  cluster: Cluster,
  { polls, losses, pushed }: Pick<Options, "polls" | "losses"> & { readonly pushed: boolean },
): Promise<RunContext> {
  const stack = await Stack.of(cluster.context);
  const settings = settingsFrom(process.env, Object.keys(declaredConfig()), cluster.context);
  if (!pushed) Object.assign(process.env, await dockerEnv(cluster.context, settings, process.env));
  const before = await readInitialResources(cluster, stack);
  await stack.init();
  stack.configure(settings);
  return { cluster, stack, settings, polls, losses, before, plainJob: new PlainJob(cluster, stack) };
}

/**
 * What is on the cluster without the run; after an interrupted one, without that one.
 *
 * @throws Error when the cluster has the namespaces of another stack.
 */
export async function readInitialResources(cluster: Cluster, { folder }: Stack): Promise<string[]> {
  const file = join(folder, "before.json");
  if (!existsSync(file)) {
    const found = await snapshotResources(cluster);
    const taken = found.filter((name) => /^namespace\/(keda|keda-with-postgresql)$/.test(name));
    if (taken.length > 0) {
      throw new Error(`the cluster must be without ${taken.join(" and ")} (the run creates them); got another stack's`);
    }
    writeFileSync(file, JSON.stringify(found));
  }
  return JSON.parse(readFileSync(file, "utf8"));
}
