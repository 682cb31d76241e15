import type { Cluster } from "./cluster.ts";
import type { Finding } from "./finding.ts";
import type { PlainJob } from "./plainJob.ts";
import type { Settings } from "./settings.ts";
import type { Stack } from "./stack.ts";

/** What scenarios work with. */
export interface Bed {
  readonly cluster: Cluster;
  readonly stack: Stack;
  readonly settings: Settings;
  /** Looks of KEDA that must find nothing. */
  readonly polls: number;
  readonly plainJob: PlainJob;
  /** Everything outside of namespaces, and the namespaces, before the first up. */
  readonly before: readonly string[];
  /** Tells what is worth a line but is no finding. */
  note(text: string): void;
}

/** One claim about the life of a stack. */
export interface Scenario {
  readonly claim: string;
  run(bed: Bed): Promise<readonly Finding[]>;
}
