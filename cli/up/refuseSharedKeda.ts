import { UsageError } from "../usageError.ts";
import type { KedaObject } from "./kedaFinalizer.ts";
import type { Kubectl } from "./kubectl.ts";
import { isSameObject, type ObjectName, type StackState } from "./stackState.ts";

/** KEDA's kinds whose objects start pods. */
const KINDS = "scaledjobs.keda.sh,scaledobjects.keda.sh";

const SHOWN = 3;

/**
 * Refuses to remove a KEDA that others also use: Helm deletes its CRDs, and with them every ScaledJob of the cluster and its running Jobs.
 *
 * @throws UsageError naming the others' objects and what to do; FailedError when the cluster does not tell who uses it.
 */
export async function refuseSharedKeda(
  kubectl: Pick<Kubectl, "listKnown">,
  { ownsKeda, namespaces, scaledJobs }: Pick<StackState, "ownsKeda" | "namespaces" | "scaledJobs">,
): Promise<void> {
  if (!ownsKeda) return;
  const all = await kubectl.listKnown<KedaObject>(KINDS, "--all-namespaces");
  const isOwn = (object: ObjectName) =>
    namespaces.includes(object.namespace) || scaledJobs.some((own) => isSameObject(own, object));
  const others = all
    .filter(({ metadata }) => !metadata.deletionTimestamp && !isOwn({ namespace: "", ...metadata }))
    .map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace}/${name}`);
  if (others.length === 0) return;
  const more = others.length > SHOWN ? ` and ${others.length - SHOWN} more` : "";
  throw new UsageError(
    "KEDA must not be used by others when it is removed (its CRDs are deleted with it, and so are their ScaledJobs and ScaledObjects); " +
      `got ${others.slice(0, SHOWN).join(", ")}${more}. ` +
      "Remove these first (npm run down of their stack), or see what would be deleted and confirm it with plain pulumi destroy",
  );
}
