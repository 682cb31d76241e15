import type { HandlerAction } from "./handler.ts";
import type { Fault, StepId, Taken } from "./steps.ts";

/** What a pod is started with. */
export interface PodArgs {
  /** A worker's environment, JOB_NAME and POD_NAME included. */
  readonly env: NodeJS.ProcessEnv;
  readonly actions: readonly HandlerAction[];
  readonly faults: readonly Fault[];
  /** Called before a step is taken. */
  begun(step: StepId): void;
  /** What others do before a step is taken; a pod that is a process does not wait for it. */
  meanwhile(step: StepId): Promise<void>;
  /** Called when a step was taken. */
  taken(step: Taken): void;
  /** Called when the pod was asked to stop. */
  stopped(): void;
}

/** How a pod ended, or that it sleeps. */
export interface PodEnd {
  /** EXIT_KILLED for a killed one, and one that is presumed dead. */
  readonly exitCode: number;
  /** Of one that sleeps: lets it continue, and waits for its end. */
  readonly wake?: () => Promise<unknown>;
}

/** Starts a pod, and waits until it has ended or sleeps. */
export type RunPod = (args: PodArgs) => Promise<PodEnd>;
