import { UsageError } from "../usageError.ts";
import type { StackState } from "./stackState.ts";

/**
 * Refuses settings by which Pulumi would uninstall the stack's KEDA: `npm run up` shows no preview, and the chart's CRDs would be deleted with
 * every ScaledJob of the cluster.
 *
 * @param wanted - whether the settings install KEDA; undefined: they are not known
 * @throws UsageError with what to do.
 */
export function refuseLostKeda(
  { installedKeda }: Pick<StackState, "installedKeda">,
  wanted: boolean | undefined,
): void {
  if (!installedKeda || wanted !== false) return;
  throw new UsageError(
    "keda must stay installed by this stack (Pulumi would delete KEDA's CRDs, and with them every ScaledJob of the cluster); got keda.existing. " +
      "Remove keda.existing; or see what would be deleted and confirm it with plain pulumi up",
  );
}
