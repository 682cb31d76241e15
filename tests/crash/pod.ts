import type { HandlerAction } from "./handler.ts";
import type { Fault, StepId, Taken } from "./steps.ts";

/** The arguments of a pod's start. */
export interface PodArgs {
  /** A worker's environment, JOB_NAME and POD_NAME included. */
  readonly env: NodeJS.ProcessEnv;
  readonly actions: readonly HandlerAction[];
  readonly faults: readonly Fault[];
  /** Called before a step is taken. */
  begun(step: StepId): void;
  /** What others do before a step is taken; a pod in its own process does not wait for it. */
  meanwhile(step: StepId): Promise<void>;
  /** Called when a step was taken. */
  taken(step: Taken): void;
  /** Called when the pod was asked to stop. */
  stopped(): void;
}

/** How a pod ended, or that it is asleep. */
export interface PodEnd {
  /** EXIT_KILLED for a pod that is killed or presumed dead. */
  readonly exitCode: number;
  /** If it is asleep: lets it continue and waits for its end. */
  readonly wake?: () => Promise<unknown>;
}

/** Starts a pod, and waits until it has ended or sleeps. */
export type RunPod = (args: PodArgs) => Promise<PodEnd>;
