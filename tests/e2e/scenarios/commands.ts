import { exactly, type Limit } from "../../support/limit.ts";
import { buildImage } from "../buildImage.ts";
import { type Cluster, NAMESPACE } from "../cluster.ts";
import {
  COMMANDS,
  CORRECTED,
  HANDLER,
  IMAGES,
  INJECTED,
  idleBatch,
  imageName,
  OVERLAID,
  TABLES,
} from "../commands/batches.ts";
import { claimDelay } from "../commands/claimDelay.ts";
import { deletedPod } from "../commands/deletedPod.ts";
import { END_ROWS, IMAGE_ROWS, memoryRow, runRows } from "../commands/rows.ts";
import { unknownImage } from "../commands/unknownImage.ts";
import { readAttempts, removeKinds } from "../kinds.ts";
import { clear } from "../requests.ts";
import type { Scenario, ScenarioContext } from "../scenario.ts";
import type { Settings } from "../settings.ts";

/** Lifecycle claim: any program. Images are used unchanged, and each end of a command is recorded as docs/commands.md says. */
export const commands: Scenario = {
  claim: "a program in any image can be a batch's work, and its end is recorded with the reason, whatever it is",
  async run(context) {
    const { cluster, stack, settings } = context;
    await stack.up(settings);
    await clear(cluster);
    await removeKinds(cluster, TABLES);
    const tables = Object.values(TABLES).map(
      (table) => `create table ${table} (id bigint generated always as identity primary key, verb text not null);`,
    );
    await cluster.psql(tables.join("\n"));
    for (const target of IMAGES) await buildImage(imageName(target), target);
    await stack.up(withBatches(settings, COMMANDS));
    try {
      const unchanged = await stack.up(withBatches(settings, COMMANDS), "--expect-no-changes");
      context.note(`a second pulumi up changes nothing: ${unchanged.toFixed(1)} s`);
      return [
        await restricted(cluster),
        ...(await runRows(context, IMAGE_ROWS, 180_000)),
        ...(await runRows(context, END_ROWS, 300_000)),
        await onePod(cluster),
        await lastLine(cluster),
        ...(await runOutOfMemory(context)),
        ...(await deletedPod(context)),
        await claimDelay(
          context,
          idleBatch("handler", HANDLER),
          idleBatch("command", OVERLAID),
          idleBatch("command whose runner an init container brings", INJECTED),
        ),
        ...(await unknownImage(context, () => stack.up(withBatches(settings, CORRECTED)))),
      ];
    } finally {
      await removeKinds(cluster, TABLES);
    }
  },
};

/** All batches run side by side; together they use fewer connections than the server has. */
function withBatches(settings: Settings, batches: readonly object[]): Settings {
  return { ...settings, maxReplicaCount: "4", batches: JSON.stringify([HANDLER, ...batches]) };
}

/** Pods that violate the standard are not created there. */
async function restricted(cluster: Cluster): Promise<Limit> {
  const label = "jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}";
  const standard = await cluster.kubectl(["get", "namespace", NAMESPACE, "-o", label]);
  return exactly(1, "namespace that enforces restricted", Number(standard === "restricted"));
}

/** Only another request of the same pod could see what a request left behind. */
async function onePod(cluster: Cluster): Promise<Limit> {
  const pods = new Set((await readAttempts(cluster, "daemons")).map(({ pod_name }) => pod_name));
  return exactly(1, "pod of both", pods.size);
}

async function lastLine(cluster: Cluster): Promise<Limit> {
  const pods = [...new Set((await readAttempts(cluster, "debian")).map(({ pod_name }) => pod_name))];
  const logs = await Promise.all(pods.map((pod) => cluster.kubectl(["logs", "-n", NAMESPACE, pod, "--tail=5"])));
  return exactly(1, "log that ends with its last line", logs.filter((log) => /^the last line$/m.test(log)).length);
}

/** With cgroup v2 the kernel kills whole containers if the kubelet asks for it (the default); v1 cannot. */
async function runOutOfMemory(context: ScenarioContext): Promise<Limit[]> {
  const [report] = await readAttempts(context.cluster, "debian");
  const { cgroup, oomGroup } = (report?.result ?? {}) as { cgroup?: number; oomGroup?: number };
  const how = oomGroup ? "kills whole containers (memory.oom.group)" : "kills single processes";
  context.note(`cgroup v${cgroup}, which ${how}${cgroup === 1 ? ": memory.oom.group is not available here" : ""}`);
  return await runRows(context, [memoryRow(oomGroup === 1)], 120_000);
}
