import { readFileSync } from "node:fs";
import type { KubernetesEvent, Pod } from "../../cli/up/kubernetesObject.ts";

interface Observed {
  readonly pod: Pod;
  readonly events: readonly KubernetesEvent[];
}

const LINES = readFileSync(new URL("../../cli/up/pods.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n");
const PODS = new Map(LINES.map((line) => JSON.parse(line) as Observed).map((one) => [one.pod.metadata.name, one]));

/** A pod of a Kubernetes 1.34 cluster and its events, 70 s after its creation. */
export function observed(name: string): Observed {
  const found = PODS.get(name);
  if (found === undefined) throw new Error(`pods.jsonl must have a pod ${name}`);
  return found;
}
