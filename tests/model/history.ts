import fc from "fast-check";
import type { JobState } from "../../simulator/jobController.ts";
import { mapLimits } from "../../worker/src/retryLimits.ts";
import type { Pod, Work } from "./pod.ts";
import type { ModelSettings } from "./settings.ts";
import type { Simulation } from "./simulation.ts";

/** The next event; `pick` selects its target or amount. */
export type Event =
  | readonly [what: What, pick: number, work: Work]
  | readonly [what: "rollout", settings: ModelSettings];

type What = keyof typeof HANDLERS;
type Handler = (simulation: Simulation, n: number, work: Work) => unknown;

/** In seconds: shorter than between two polls, longer than a reservation, and as long as the whole handling of a lost node. */
const WAITS = [1, 5, 15, 40, 90, 350];

const LIMIT = fc.nat({ max: 2 });
const COUNT = fc.integer({ min: 1, max: 3 });

/** Arbitrary settings, except those given. */
export function settingsArb(given: Partial<ModelSettings> = {}): fc.Arbitrary<ModelSettings> {
  const all = {
    maxReplicaCount: COUNT,
    requestsPerJob: COUNT,
    ...mapLimits(() => LIMIT),
    timeoutSeconds: fc.constantFrom(0, 0, 20),
  };
  return fc.record(all).map((settings) => ({ ...settings, ...given }));
}

/** A history of events, with faults or without. */
export function historyArb({ faults, rollouts }: { faults: boolean; rollouts?: fc.Arbitrary<ModelSettings> }) {
  const works: Work[] = ["succeeds", "succeeds", "succeedsAlone", "throws", "throws", "finalError", "defers"];
  const often = [...Array<What>(14).fill("step"), "poll", "poll", "poll", "wait", "wait", "insert"] as const;
  const faultNames = faults ? (Object.keys(FAULTS) as What[]) : [];
  const plain = fc.tuple(
    fc.constantFrom<What[]>(...often, "drain", "cancel", ...faultNames),
    fc.nat({ max: 11 }),
    fc.constantFrom<Work[]>(...works),
  );
  const event: fc.Arbitrary<Event> = rollouts
    ? fc.oneof({ weight: 24, arbitrary: plain }, { weight: 1, arbitrary: fc.tuple(fc.constant("rollout"), rollouts) })
    : plain;
  return fc.array(event, { minLength: 5, maxLength: 80, size: "max" });
}

/** Applies an event if it has a target. */
export function apply(simulation: Simulation, event: Event): void {
  if (event[0] === "rollout") simulation.settings = event[1];
  else HANDLERS[event[0]](simulation, event[1], event[2]);
}

const FAULTS = {
  crash: (simulation, n) => withOne(simulation.running, n, (pod) => simulation.kill(pod)),
  deleteJob: (simulation, n) => withOne(simulation.unfinished, n, (job) => simulation.deleteJob(job)),
  loseNode: (simulation, n) => simulation.loseNode(n),
  freezeNode: (simulation, n) => simulation.loseNode(n, "frozen"),
  recoverNode: (simulation) => simulation.recoverNode(),
  stopWorker: (simulation, n) => withOne(simulation.running, n, (pod) => pod.stop()),
  resumeWorker: (simulation) => simulation.resumeWorkers(),
  restart: ({ queue }) => queue.restart(),
} satisfies Record<string, Handler>;

const HANDLERS = {
  insert: ({ queue }, n) => queue.insert(1 + (n % 3)),
  cancel: ({ queue }, n) => withOne([...queue.rows.keys()], n, (request) => queue.cancel(request)),
  poll: (simulation) => simulation.poll(),
  wait: (simulation, n) => withOne(WAITS, n, (seconds) => simulation.wait(seconds)),
  step: (simulation, n, work) =>
    withOne<Pod | JobState>([...simulation.due, ...simulation.running], n, (actor) =>
      "args" in actor ? simulation.step(actor, work) : simulation.startPod(actor),
    ),
  drain: (simulation, n) => withOne(simulation.running, n, (pod) => simulation.deletePod(pod)),
  ...FAULTS,
} satisfies Record<string, Handler>;

/** Does something with the target that `n` selects, if there is any. */
function withOne<T>(targets: readonly T[], n: number, act: (target: T) => unknown): void {
  const target = targets[n % targets.length];
  if (target !== undefined) act(target);
}
