import { UsageError } from "../usageError.ts";
import type { CreatedNamespace, StackState } from "./stackState.ts";

/**
 * Refuses settings without a namespace that the stack has created. `npm run up` shows no preview, and Pulumi would delete the namespace with
 * everything in it: the database, an installed KEDA, the Secrets that others have created there.
 *
 * @param wanted - the namespaces that the stack creates with its settings; undefined: they are not known
 * @throws UsageError naming the namespace and what to do.
 */
export function refuseLostNamespaces(
  { configured }: Pick<StackState, "configured">,
  wanted: readonly CreatedNamespace[] | undefined,
): void {
  if (wanted === undefined) return;
  // By component: if two of them exchanged their namespaces, Pulumi would replace both.
  const isKept = ({ component, name }: CreatedNamespace) =>
    wanted.some((other) => other.component === component && other.name === name);
  const lost = configured.filter((namespace) => !isKept(namespace)).map(({ name }) => name);
  if (lost.length === 0) return;
  throw new UsageError(
    `the settings must keep the namespace that the stack has created (Pulumi would delete it with everything in it); got settings that do not create ${lost.join(" and ")}. ` +
      "Correct namespace, createNamespace or keda; or see what would be deleted and confirm it with plain pulumi up",
  );
}
