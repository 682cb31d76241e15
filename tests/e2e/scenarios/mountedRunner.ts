import { parseImageSource } from "../../../cli/up/imageSource.ts";
import { exactly } from "../../support/limit.ts";
import { type Cluster, NAMESPACE } from "../cluster.ts";
import { HANDLER, idleBatch } from "../commands/batches.ts";
import { claimDelay } from "../commands/claimDelay.ts";
import { removeKinds } from "../kinds.ts";
import { clear } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

/** A public image, which knows nothing of the runner. */
const MOUNTED = {
  kind: "mounted",
  table: "e2e_mounted",
  image: "debian:bookworm-slim",
  command: ["true"],
  pollingInterval: 1,
};

/** Lifecycle claim: a volume of the runner's image costs a pod less time than an init container that copies the runner. */
export const mountedRunner: Scenario = {
  claim: "where nodes mount the runner's image, a command's pod claims almost as early as a handler's",
  async check() {
    const { E2E_IMAGE: image = "" } = process.env;
    if (parseImageSource([], image) === "daemon" || !JSON.parse(image).mountRunner)
      throw new Error(
        `E2E_IMAGE must have mountRunner, and a registry that nodes pull from: {"mountRunner":true,"build":{"registry":"REGISTRY"}}; got ${image || "nothing"}`,
      );
  },
  async run(context) {
    const { cluster, stack, settings } = context;
    await stack.up(settings);
    await clear(cluster);
    const tables = { [MOUNTED.kind]: MOUNTED.table };
    await removeKinds(cluster, tables);
    await cluster.psql(
      `create table ${MOUNTED.table} (id bigint generated always as identity primary key, verb text not null)`,
    );
    await stack.up({ ...settings, batches: JSON.stringify([HANDLER, MOUNTED]) });
    try {
      const limit = await claimDelay(context, idleBatch("handler", HANDLER), idleBatch("command", MOUNTED));
      return [limit, exactly(0, "init containers", await countInitContainers(cluster))];
    } finally {
      await removeKinds(cluster, tables);
    }
  },
};

async function countInitContainers(cluster: Cluster): Promise<number> {
  const path = "jsonpath={.spec.jobTargetRef.template.spec.initContainers[*].name}";
  const names = await cluster.kubectl(["get", "scaledjob", MOUNTED.kind, "-n", NAMESPACE, "-o", path]);
  return names.split(" ").filter(Boolean).length;
}
