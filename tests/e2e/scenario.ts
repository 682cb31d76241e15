import type { Limit } from "../support/limit.ts";
import type { Cluster } from "./cluster.ts";
import type { PlainJob } from "./plainJob.ts";
import type { Settings } from "./settings.ts";
import type { Stack } from "./stack.ts";

/** The context of scenarios. */
export interface ScenarioContext {
  readonly cluster: Cluster;
  readonly stack: Stack;
  readonly settings: Settings;
  /** The number of KEDA's polls that must find nothing. */
  readonly polls: number;
  /** How often a node is lost. */
  readonly losses: number;
  readonly plainJob: PlainJob;
  /** The cluster-wide objects, including namespaces, before the first `pulumi up`. */
  readonly before: readonly string[];
  /** Prints a line that is not a finding. */
  note(text: string): void;
  /** Prints a Markdown table below a title, and keeps it for the results. */
  show(title: string, table: string): void;
}

/** One claim about the lifecycle of a stack. */
export interface Scenario {
  readonly claim: string;
  /** @throws Error when this cluster cannot show the claim, before anything is created. @default - any cluster can */
  check?(cluster: Cluster): Promise<unknown>;
  run(context: ScenarioContext): Promise<readonly Limit[]>;
}
