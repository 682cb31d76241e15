import type { PodArgs } from "./podArgs.ts";
import { batchPod, ownPod } from "./stackBatchArgs.ts";
import type { StackConfig } from "./stackConfig.ts";

/** The pods of a stack, each with the path of its settings: the migration's, and each batch's, merged with the stack's settings. */
export function stackPods({ pod, batches }: Pick<StackConfig, "pod" | "batches">): [path: string, pod: PodArgs][] {
  return [
    ["pod", pod],
    ...batches.map((batch, index): [string, PodArgs] => [`batches[${index}].pod`, batchPod(pod, ownPod(batch))]),
  ];
}
