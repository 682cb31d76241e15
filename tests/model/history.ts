import fc from "fast-check";
import type { JobState } from "../../simulator/jobController.ts";
import type { Pod, Work } from "./pod.ts";
import type { ModelSettings } from "./settings.ts";
import type { World } from "./world.ts";

/** What happens next; `pick` chooses whom it happens to, or how much. */
export type Event =
  | readonly [what: What, pick: number, work: Work]
  | readonly [what: "rollout", settings: ModelSettings];

const CALM = ["insert", "poll", "wait", "step", "drain"] as const;
const HARM = ["crash", "deleteJob", "loseNode", "findNode", "restart"] as const;
type What = (typeof CALM)[number] | (typeof HARM)[number];

/** Seconds: less than a look apart, more than a hold, a lost node's whole story. */
const WAITS = [1, 5, 15, 40, 90, 350];

const LIMIT = fc.nat({ max: 2 });
const COUNT = fc.integer({ min: 1, max: 3 });

/** Any settings but those that are given. */
export function someSettings(given: Partial<ModelSettings> = {}): fc.Arbitrary<ModelSettings> {
  const all = {
    maxReplicaCount: COUNT,
    requestsPerJob: COUNT,
    backoffLimit: LIMIT,
    crashLimit: LIMIT,
    interruptionLimit: LIMIT,
  };
  return fc.record(all).map((settings) => ({ ...settings, ...given }));
}

/** A history of events; with `harm`, nothing is spared. */
export function someHistory(args: {
  harm: boolean;
  drains?: boolean;
  works?: readonly Work[];
  rollouts?: fc.Arbitrary<ModelSettings>;
}): fc.Arbitrary<readonly Event[]> {
  const { harm, drains = true, works = ["succeeds", "succeeds", "throws", "finalError"], rollouts } = args;
  const often = [...Array<What>(12).fill("step"), "poll", "poll", "poll", "wait", "wait", "insert"] as const;
  const whats = [...often, ...(drains ? (["drain"] as const) : []), ...(harm ? HARM : [])];
  const plain = fc.tuple(fc.constantFrom<What[]>(...whats), fc.nat({ max: 11 }), fc.constantFrom<Work[]>(...works));
  const event: fc.Arbitrary<Event> = rollouts
    ? fc.oneof({ weight: 24, arbitrary: plain }, { weight: 1, arbitrary: fc.tuple(fc.constant("rollout"), rollouts) })
    : plain;
  return fc.array(event, { minLength: 5, maxLength: 80, size: "max" });
}

/** Lets an event happen, where there is somebody it can happen to. */
export function happen(world: World, event: Event): void {
  if (event[0] === "rollout") world.settings = event[1];
  else HAPPENINGS[event[0]](world, event[1], event[2]);
}

const HAPPENINGS: Record<What, (world: World, pick: number, work: Work) => unknown> = {
  insert: ({ queue }, pick) => queue.insert(1 + (pick % 3)),
  poll: (world) => world.poll(),
  wait: (world, pick) => world.wait(one(WAITS, pick) ?? 0),
  step(world, pick, work) {
    const actor = one<Pod | JobState>([...world.due, ...world.running], pick);
    if (actor) "args" in actor ? world.step(actor, work) : world.startPod(actor);
  },
  drain: (world, pick) => also(one(world.running, pick), (pod) => world.deletePod(pod)),
  crash: (world, pick) => also(one(world.running, pick), (pod) => world.kill(pod)),
  deleteJob: (world, pick) => also(one(world.unfinished, pick), (job) => world.deleteJob(job)),
  loseNode: (world, pick) => world.loseNode(pick),
  findNode: (world) => world.findNode(),
  restart: (world) => world.restartDatabase(),
};

function one<T>(all: readonly T[], pick: number): T | undefined {
  return all[pick % all.length];
}

function also<T>(whom: T | undefined, what: (whom: T) => void): void {
  if (whom !== undefined) what(whom);
}
