import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PROJECT_ROOT } from "../../../components/projectRoot.ts";
import { declaredConfig } from "../../support/pulumi/declaredConfig.ts";
import type { Cluster } from "../cluster.ts";
import type { Settings } from "../settings.ts";
import { Stack } from "../stack.ts";
import { KEDA_NAMESPACE } from "./applications.ts";

const PROJECT = { name: "existing-keda", folder: fileURLToPath(new URL("existingKeda", import.meta.url)) };

/**
 * Installs a KEDA that belongs to no stack of this project, and removes it at the end.
 *
 * @param values - the chart's values; by default its own
 * @throws Error when the cluster has one.
 */
export async function installExistingKeda(
  cluster: Cluster,
  settings: Settings,
  values: Readonly<Record<string, unknown>> = {},
): Promise<AsyncDisposable> {
  const stack = await Stack.of(cluster.context, { name: "e2e-keda", project: PROJECT });
  await stack.init();
  // An interrupted run may have left resources in the stack.
  if ((await stack.resources()).length <= 1) await refuseAnother(cluster);
  const { kedaChart = declaredConfig().kedaChart?.defaultValue ?? "" } = settings;
  const chart = existsSync(resolve(PROJECT_ROOT, kedaChart)) ? resolve(PROJECT_ROOT, kedaChart) : kedaChart;
  async function remove(): Promise<void> {
    await stack.destroy();
    await stack.remove();
  }
  try {
    await stack.up({
      kubernetesContext: cluster.context,
      chart,
      namespace: KEDA_NAMESPACE,
      values: JSON.stringify(values),
    });
  } catch (error) {
    await remove();
    throw error;
  }
  return { [Symbol.asyncDispose]: remove };
}

async function refuseAnother(cluster: Cluster): Promise<void> {
  const crds = await cluster.kubectl(["get", "crds", "-o", "name"]);
  if (!crds.includes("scaledjobs.keda.sh")) return;
  throw new Error("the cluster must be without a KEDA (the scenario installs one and compares it at the end); got one");
}
