import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { declaredConfig } from "../support/pulumi/declaredConfig.ts";
import { Cluster } from "./cluster.ts";
import { census } from "./leftovers.ts";
import { PlainJob } from "./plainJob.ts";
import type { Bed } from "./scenario.ts";
import { settingsFrom } from "./settings.ts";
import { Stack } from "./stack.ts";

/**
 * Prepares the stack `e2e` for the current context's cluster.
 *
 * @throws Error when the cluster has the namespaces of another stack: they would be taken from it.
 */
export async function createBed(polls: number): Promise<Omit<Bed, "note">> {
  const cluster = await Cluster.current();
  const stack = new Stack(cluster.context);
  const settings = settingsFrom(process.env, Object.keys(declaredConfig()), cluster.context);
  const file = join(stack.folder, "before.json");
  if (!existsSync(file)) {
    const found = await census(cluster);
    const taken = found.filter((name) => /^namespace\/(keda|keda-with-postgresql)$/.test(name));
    if (taken.length > 0) {
      throw new Error(
        `the cluster must be without ${taken.join(" and ")} (the stack e2e makes them); got another stack's`,
      );
    }
    writeFileSync(file, JSON.stringify(found));
  }
  await stack.init();
  stack.configure(settings);
  const before = JSON.parse(readFileSync(file, "utf8"));
  return { cluster, stack, settings, polls, before, plainJob: new PlainJob(cluster, stack) };
}
