import type { Act } from "./handler.ts";
import type { Fault, StepId, Taken } from "./steps.ts";

/** What a pod is started with. */
export interface PodArgs {
  /** A worker's environment, JOB_NAME and POD_NAME included. */
  readonly env: NodeJS.ProcessEnv;
  readonly acts: readonly Act[];
  readonly faults: readonly Fault[];
  /** Told before a step is taken. */
  begun(step: StepId): void;
  /** What others do before a step is taken; a pod that is a process does not wait for it. */
  meanwhile(step: StepId): Promise<void>;
  /** Told when a step was taken. */
  taken(step: Taken): void;
  /** Told that the pod was asked to stop. */
  stopped(): void;
}

/** How a pod ended, or that it sleeps. */
export interface PodEnd {
  /** EXIT_KILLED for a killed one, and one that is taken for dead. */
  readonly exitCode: number;
  /** Of one that sleeps: lets it go on, and waits for its end. */
  readonly wake?: () => Promise<unknown>;
}

/** Starts a pod, and waits until it has ended or sleeps. */
export type RunPod = (args: PodArgs) => Promise<PodEnd>;
