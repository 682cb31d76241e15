import { UsageError } from "../usageError.ts";
import type { CheckedSettings } from "./checkSettings.ts";
import type { Kubectl } from "./kubectl.ts";
import type { Metadata } from "./kubernetesObject.ts";
import { isSameObject, type ObjectName, type StackState } from "./stackState.ts";

interface Named {
  readonly metadata: Metadata;
}

/** KEDA's CRDs are cluster-wide: their first release owns them, and Helm installs no second one. */
const CRD = "scaledjobs.keda.sh";

/**
 * Refuses to create what the cluster has already and this stack has not created: another stack's with the same names, or the user's.
 * Pulumi would notice it only after it has created other parts of the stack.
 *
 * @throws UsageError naming each, with the setting to change.
 */
export async function refuseTakenNames(
  kubectl: Pick<Kubectl, "list">,
  state: Pick<StackState, "namespaces" | "ownsKeda" | "scaledJobs">,
  { namespaces = [], installsKeda = false, scaledJobs = [] }: CheckedSettings,
): Promise<void> {
  const create = namespaces.filter(({ name }) => !state.namespaces.includes(name));
  const found = create.length > 0 ? ((await kubectl.list<Named>("namespaces")) ?? []) : [];
  const problems = create.flatMap(({ component, name }) => {
    const existing = found.find(({ metadata }) => metadata.name === name);
    return existing === undefined ? [] : [takenNamespace(component === "Keda", existing.metadata)];
  });
  if (installsKeda && !state.ownsKeda) {
    const crds = await kubectl.list<Named>("customresourcedefinitions", `--field-selector=metadata.name=${CRD}`);
    if (crds !== undefined && crds.length > 0)
      problems.push(
        `KEDA must be installed once in a cluster (its CRDs are cluster-wide); got a cluster that has ${CRD}. ` +
          "Name its namespace (keda.existing.namespace), or delete the CRDs if KEDA is not there any more",
      );
  }
  problems.push(...(await takenBatches(kubectl, state.scaledJobs, scaledJobs)));
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
}

/** Two stacks may share a namespace that neither has created. */
async function takenBatches(
  kubectl: Pick<Kubectl, "list">,
  own: readonly ObjectName[],
  wanted: readonly ObjectName[],
): Promise<string[]> {
  const create = wanted.filter((one) => !own.some((other) => isSameObject(one, other)));
  const [first] = create;
  if (first === undefined) return [];
  const found = (await kubectl.list<Named>("scaledjobs.keda.sh", "-n", first.namespace)) ?? [];
  const taken = create.filter(({ name }) => found.some(({ metadata }) => metadata.name === name));
  return taken.map(
    ({ namespace, name }) =>
      `a batch's name must be free in the namespace ${namespace} (it is a ScaledJob); got ${JSON.stringify(name)}, which this stack has not created. ` +
      "Set another name on the batch, or use another namespace",
  );
}

function takenNamespace(isOfKeda: boolean, { name, deletionTimestamp }: Metadata): string {
  const [what, setting] = isOfKeda
    ? ["keda.install.namespace", "keda.install.createNamespace"]
    : ["namespace", "createNamespace"];
  const advice = deletionTimestamp
    ? "It is being deleted: try again once it is gone"
    : `Choose another name, or set ${setting} to false if it is to stay`;
  return `${what} must not exist yet (the stack creates it, and deletes it at the end with everything in it); got ${JSON.stringify(name)}, which exists. ${advice}`;
}
