import { runCommand } from "../../cli/runCommand.ts";
import { UsageError } from "../../cli/usageError.ts";
import { isKept, type Limit } from "../support/limit.ts";
import { recordResults } from "../support/results.ts";
import { Cluster } from "./cluster.ts";
import { describeFinding } from "./describeFinding.ts";
import { end, type Result, resultSection } from "./end.ts";
import { createExistingContext } from "./existing/existingContext.ts";
import { awaitOwnSignal, handleSignals } from "./interrupt.ts";
import { checkTwoNodes } from "./nodes/checkTwoNodes.ts";
import { type Options, readOptions } from "./options.ts";
import type { Scenario } from "./scenario.ts";
import { createContext, type RunContext } from "./scenarioContext.ts";
import { change } from "./scenarios/change.ts";
import { chaos } from "./scenarios/chaos.ts";
import { commands } from "./scenarios/commands.ts";
import { consumer } from "./scenarios/consumer.ts";
import { databaseNode } from "./scenarios/databaseNode.ts";
import { destroy } from "./scenarios/destroy.ts";
import { examples } from "./scenarios/examples.ts";
import { failover } from "./scenarios/failover.ts";
import { grouped } from "./scenarios/grouped.ts";
import { hungWorker } from "./scenarios/hungWorker.ts";
import { cutOffNode, drainedNode, frozenNode, kubeletStopped, lostNode } from "./scenarios/lostNodes.ts";
import { mountedRunner } from "./scenarios/mountedRunner.ts";
import { noChange } from "./scenarios/noChange.ts";
import { poison } from "./scenarios/poison.ts";
import { restart } from "./scenarios/restart.ts";
import { retry } from "./scenarios/retry.ts";
import { scale } from "./scenarios/scale.ts";
import { secrets } from "./scenarios/secrets.ts";
import { cluster } from "./scenarios/sharedCluster.ts";
import { short } from "./scenarios/short.ts";
import { sixty } from "./scenarios/sixty.ts";
import { up } from "./scenarios/up.ts";
import { zero } from "./scenarios/zero.ts";

/** In the order in which they run. `short` is for CI and covers only what some of the others do; `scale` takes a quarter of an hour. */
const ALL = {
  up,
  "no-change": noChange,
  sixty,
  grouped,
  retry,
  poison,
  zero,
  change,
  restart,
  chaos,
  "hung-worker": hungWorker,
  secrets,
  commands,
  examples,
  destroy,
};
/** On a cluster of two nodes, among what is there: without the run's own stack. Images are pushed. */
const SHARED = { cluster, consumer, failover, "database-node": databaseNode };
/** On a cluster of two nodes, which share no Docker daemon: images are pushed. */
const NODES = {
  "lost-node": lostNode,
  "cut-off-node": cutOffNode,
  "frozen-node": frozenNode,
  "kubelet-stopped": kubeletStopped,
  "drained-node": drainedNode,
};
/** On a cluster whose nodes mount images (Docker does not) and pull them from a registry. */
const MOUNTED = { "mounted-runner": mountedRunner };
/** They compare with charts that the stack installs, install a KEDA themselves, or build images into a single node. */
const NOT_EXISTING = ["up", "hung-worker", "commands", "examples", ...Object.keys(MOUNTED), ...Object.keys(SHARED)];
const SCENARIOS: Readonly<Record<string, Scenario>> = { ...ALL, short, scale, ...MOUNTED, ...SHARED, ...NODES };

/**
 * `npm run e2e -- [NAME ...] [--polls N] [--losses N] [--keep | --existing] [--record]`. Exit code 0: every claim holds, 1: one does not, or
 * the stack could not be destroyed, 64: wrong arguments, or a cluster that cannot show the claims.
 */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, {
    all: Object.keys(ALL),
    known: Object.keys(SCENARIOS),
    notExisting: NOT_EXISTING,
  });
  await using context = await prepare(options);
  console.log(`        on the cluster of context ${context.cluster.context}`);
  const results: Result[] = [];
  for (const name of options.names) {
    if (name in SHARED && results.length > 0) await context.stack.destroy();
    const result = await runScenario(name, context);
    results.push(result);
    if (!options.record) continue;
    const command = [
      name,
      ...(name in NODES ? [`--losses ${options.losses}`] : []),
      ...(options.existing ? ["--existing"] : []),
    ].join(" ");
    console.log(`        recorded in ${recordResults(`npm run e2e -- ${command}`, resultSection(result))}`);
  }
  return await end(results, context.stack, options.keep);
}

/** What keeps a run from starting is the user's to change. */
async function prepare(options: Options): Promise<RunContext & AsyncDisposable> {
  try {
    const cluster = await Cluster.current();
    for (const name of options.names) await SCENARIOS[name]?.check?.(cluster);
    if (!options.existing) {
      const pushed = options.names.every((name) => name in SHARED || name in NODES);
      const context = await createContext(cluster, { ...options, pushed });
      return { ...context, [Symbol.asyncDispose]: async () => undefined };
    }
    await checkTwoNodes(cluster);
    return await createExistingContext(cluster, options);
  } catch (error) {
    await awaitOwnSignal(error);
    throw error instanceof UsageError ? error : new UsageError((error as Error).message, { cause: error });
  }
}

async function runScenario(name: string, context: RunContext): Promise<Result> {
  const scenario = SCENARIOS[name] as Scenario;
  const began = performance.now();
  console.log(`        ${name} ...`);
  const notes: string[] = [];
  const tables: string[] = [];
  function note(text: string): void {
    console.log(`        ${text}`);
    notes.push(text);
  }
  function show(title: string, table: string): void {
    console.log(`\n${title}:\n\n${table}\n`);
    tables.push(`${title}:\n\n${table}`);
  }
  let kept = false;
  let numbers: string[];
  try {
    const findings: readonly Limit[] = await scenario.run({ ...context, note, show });
    kept = findings.every(isKept);
    numbers = [...findings.map(describeFinding), ...notes];
  } catch (error) {
    numbers = [...notes, (error as Error).message];
  }
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(`${kept ? "ok    " : "MISSED"}  ${name}: ${scenario.claim} | ${numbers.join(", ")}`);
  return { name, claim: scenario.claim, kept, numbers, seconds, tables };
}

handleSignals();
await runCommand(main);
