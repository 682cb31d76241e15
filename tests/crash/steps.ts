import type { Socket } from "node:net";
import type pg from "pg";
import type { StatementName } from "../../worker/src/queue/statement.ts";

/** A worker's action that is visible from outside or can be interrupted; its run is a list of these. */
type StepName = "connect" | StatementName | "check" | "run" | "close";

/** A step of a pod, taken for the `nth` time, from 1. */
export interface StepId {
  readonly step: StepName;
  readonly nth: number;
}

/**
 * A fault of a worker at a step.
 *
 * - `kill before`: it dies, and the step is never taken
 * - `kill after`: it dies, and the step's result is never known
 * - `break`: its connection breaks before the step, which it still takes
 * - `lose the answer`: the step is taken; its connection breaks before the answer
 * - `end with the answer`: the step is taken; its answer and the end of its connection arrive at once
 * - `stop`: it is asked to stop (SIGTERM) just before the step
 * - `sleep`: its connection breaks and it sleeps; others presume it dead; after they have worked, it continues with the step
 */
export type FaultKind =
  | "kill before"
  | "kill after"
  | "break"
  | "lose the answer"
  | "end with the answer"
  | "stop"
  | "sleep";

export interface Fault extends StepId {
  readonly kind: FaultKind;
}

/** A completed step, with a statement's values and rows. */
export interface Taken extends StepId {
  readonly values?: readonly unknown[];
  readonly rows?: readonly pg.QueryResultRow[];
}

/** Where a pod runs: in a separate process, or within the test's process. */
interface PodWorld {
  begun(step: StepId): void;
  /** What others do while the pod is about to take a step. */
  meanwhile(step: StepId): Promise<void>;
  taken(step: Taken): void;
  /** In a separate process it does not return. */
  die(): void;
  stop(): void;
  sleep(): Promise<void>;
}

/** Unwinds the stack of a dead pod within the test's process. */
class Killed extends Error {}

/** node-postgres' message for a closed connection. */
const BROKEN = "Connection terminated unexpectedly";

/** Counts and reports the steps of one pod, and injects its faults. */
export class Steps {
  /** The renewal that the worker runs three times per lease. */
  renewal: (() => void) | undefined;

  readonly #world: PodWorld;
  readonly #faults: readonly Fault[];
  readonly #counts = new Map<StepName, number>();
  readonly #clients = new Set<pg.Client>();
  #asleep: Promise<void> | undefined;
  #dead = false;
  #resumed = Promise.withResolvers<void>();

  constructor(world: PodWorld, faults: readonly Fault[]) {
    this.#world = world;
    this.#faults = faults;
  }

  /** A connection that dies with the pod. */
  owns(client: pg.Client): void {
    this.#clients.add(client);
  }

  /** Takes a step. A dead pod takes none, and the promise stays pending, since nothing is left to await it. */
  async take<T>(step: StepName, action: () => Promise<T>, values: readonly unknown[] = []): Promise<T> {
    await this.#asleep;
    if (this.#dead) return await new Promise(() => undefined);
    try {
      const { id, fault } = this.#begin(step);
      await this.#world.meanwhile(id);
      if (this.#dead) throw new Killed();
      if (fault === "sleep") await this.#sleep();
      const [outcome] = await Promise.allSettled([action()]);
      if (this.#dead) throw new Killed();
      const rows = outcome.status === "fulfilled" ? getRows(outcome.value) : undefined;
      this.#end({ ...id, values, ...(rows && { rows }) }, fault);
      if (outcome.status === "rejected") throw outcome.reason;
      return outcome.value;
    } catch (error) {
      if (error instanceof Killed) return await new Promise(() => undefined);
      throw error;
    }
  }

  /** Takes a synchronous step; if the pod dies at it, this throws, and the error propagates up to a step that is not taken. */
  takeSync<T>(step: StepName, action: () => T): T {
    const { id, fault } = this.#begin(step);
    const value = action();
    this.#end(id, fault);
    return value;
  }

  /** Lets a third of the lease pass, and waits until it is renewed. */
  async renew(): Promise<void> {
    this.#resumed = Promise.withResolvers();
    this.renewal?.();
    await this.#resumed.promise;
  }

  stop(): void {
    this.#world.stop();
  }

  /** The end of the process: no further step is taken. */
  exit(): void {
    this.#dead = true;
    this.cut();
  }

  /** Breaks the pod's connections. */
  cut(): void {
    for (const client of this.#clients) getSocket(client).destroy();
    this.#clients.clear();
  }

  #begin(step: StepName): { readonly id: StepId; readonly fault: FaultKind | undefined } {
    const nth = (this.#counts.get(step) ?? 0) + 1;
    this.#counts.set(step, nth);
    const fault = this.#faults.find((planned) => planned.step === step && planned.nth === nth)?.kind;
    const id = { step, nth };
    this.#world.begun(id);
    if (fault === "kill before") this.#die();
    if (fault === "break") this.cut();
    if (fault === "stop") this.#world.stop();
    return { id, fault };
  }

  #end(taken: Taken, fault: FaultKind | undefined): void {
    this.#world.taken(taken);
    if (fault === "kill after") this.#die();
    if (taken.step === "renew") this.#resumed.resolve();
    if (fault === "end with the answer") {
      for (const client of this.#clients) client.emit("error", new Error(BROKEN));
      this.cut();
    }
    if (fault === "lose the answer") {
      this.cut();
      throw new Error(BROKEN);
    }
  }

  async #sleep(): Promise<void> {
    this.cut();
    this.#asleep = this.#world.sleep();
    await this.#asleep;
  }

  #die(): never {
    this.#dead = true;
    this.#world.die();
    throw new Killed();
  }
}

function getRows(value: unknown): readonly pg.QueryResultRow[] | undefined {
  return (value as { rows?: pg.QueryResultRow[] } | undefined)?.rows;
}

function getSocket(client: pg.Client): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}
