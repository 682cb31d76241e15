import { shellQuote } from "../shellQuote.ts";
import { hasReadyPod, type KedaObject, removeFinalizer, waitsForKeda } from "./kedaFinalizer.ts";
import type { Kubectl } from "./kubectl.ts";
import type { Pod } from "./kubernetesObject.ts";
import { isSameObject, type StackState } from "./stackState.ts";

/** A restarting operator is briefly not ready: it counts as not running after this many consecutive polls without a ready pod. */
const POLLS_WITHOUT_OPERATOR = 3;

/** An operator removes a finalizer within a second: after this many polls the commands are printed. */
const POLLS_UNTIL_HINT = 10;

/**
 * Without a running operator nothing removes KEDA's finalizers. If KEDA belongs to the stack, this watch removes them from the stack's
 * objects that are being deleted, once none of their Jobs is left. Otherwise it prints the commands.
 */
export class FinalizerWatch {
  readonly #kubectl: Kubectl;
  /** What the stack owned before anything was deleted. */
  readonly #state: StackState;
  readonly #hinted = new Set<string>();
  #pollsWaiting = 0;
  #pollsWithoutOperator = 0;

  constructor(kubectl: Kubectl, state: StackState) {
    this.#kubectl = kubectl;
    this.#state = state;
  }

  /** Polls once; returns the lines to print. */
  async poll(): Promise<readonly string[]> {
    const waiting = (await this.#objects()).filter(waitsForKeda);
    this.#pollsWaiting = waiting.length === 0 ? 0 : this.#pollsWaiting + 1;
    if (waiting.length === 0) return [];
    // In all namespaces: one operator serves the whole cluster.
    const pods = await this.#kubectl.list<Pod>(
      "pods",
      "--all-namespaces",
      "-l",
      "app.kubernetes.io/name=keda-operator",
    );
    if (pods === undefined) return [];
    this.#pollsWithoutOperator = hasReadyPod(pods) ? 0 : this.#pollsWithoutOperator + 1;
    const lines: string[] = [];
    for (const object of waiting) {
      if (await this.#hasJobs(object)) continue;
      if (this.#state.ownsKeda && this.#pollsWithoutOperator >= POLLS_WITHOUT_OPERATOR) {
        lines.push(...(await this.#remove(object)));
      } else if (this.#pollsWaiting >= POLLS_UNTIL_HINT) {
        lines.push(...this.#hint(object));
      }
    }
    return lines;
  }

  /** The stack's KEDA objects that still exist. */
  async #objects(): Promise<KedaObject[]> {
    const { scaledJobs, triggerAuthentications } = this.#state;
    const namespaces = new Set([...scaledJobs, ...triggerAuthentications].map(({ namespace }) => namespace));
    const kinds = "scaledjobs.keda.sh,triggerauthentications.keda.sh";
    const lists = await Promise.all(
      [...namespaces].map((namespace) => this.#kubectl.list<KedaObject>(kinds, "-n", namespace)),
    );
    return lists
      .flatMap((objects) => objects ?? [])
      .filter(({ kind, metadata }) =>
        (kind === "ScaledJob" ? scaledJobs : triggerAuthentications).some((own) =>
          isSameObject(own, { namespace: "", ...metadata }),
        ),
      );
  }

  /** Whether Jobs of a ScaledJob are, or may be, left: Kubernetes deletes them before the ScaledJob. */
  async #hasJobs({ kind, metadata: { namespace = "", name } }: KedaObject): Promise<boolean> {
    if (kind !== "ScaledJob") return false;
    const jobs = await this.#kubectl.list("jobs", "-n", namespace, "-l", `scaledjob.keda.sh/name=${name}`);
    return jobs?.length !== 0;
  }

  async #remove(object: KedaObject): Promise<string[]> {
    const { exitCode, stderr } = await this.#kubectl.run(removeFinalizer(object));
    if (exitCode !== 0) return [`cannot remove KEDA's finalizer from the ${subject(object)}: ${stderr.trim()}`];
    const why = `KEDA's operator is not running${object.kind === "ScaledJob" ? ", and no Job is left" : ""}`;
    return [`${why}: removed its finalizer from the ${subject(object)}`];
  }

  #hint(object: KedaObject): string[] {
    if (this.#hinted.has(subject(object))) return [];
    this.#hinted.add(subject(object));
    const command = ["kubectl", "--context", this.#kubectl.context, ...removeFinalizer(object)];
    return [
      `the ${subject(object)} waits for KEDA's operator to remove its finalizer. Start the operator; ` +
        `or, if it will not run again, remove the finalizer${object.kind === "ScaledJob" ? " (no Job is left)" : ""}:`,
      command.map(shellQuote).join(" "),
    ];
  }
}

function subject({ kind, metadata }: KedaObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}
