import { runCommand } from "../../cli/runCommand.ts";
import { UsageError } from "../../cli/usageError.ts";
import { isKept } from "../bench/limit.ts";
import { createBed } from "./bed.ts";
import { end, type Result } from "./end.ts";
import { describe, type Finding } from "./finding.ts";
import { handleSignals } from "./interrupt.ts";
import { readOptions } from "./options.ts";
import type { Bed, Scenario } from "./scenario.ts";
import { change } from "./scenarios/change.ts";
import { chaos } from "./scenarios/chaos.ts";
import { destroy } from "./scenarios/destroy.ts";
import { grouped } from "./scenarios/grouped.ts";
import { noChange } from "./scenarios/noChange.ts";
import { poison } from "./scenarios/poison.ts";
import { restart } from "./scenarios/restart.ts";
import { retry } from "./scenarios/retry.ts";
import { secrets } from "./scenarios/secrets.ts";
import { short } from "./scenarios/short.ts";
import { sixty } from "./scenarios/sixty.ts";
import { up } from "./scenarios/up.ts";
import { zero } from "./scenarios/zero.ts";

/** In the order in which they run; `short` is for CI, and no more than some of the others. */
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
  secrets,
  destroy,
};
const SCENARIOS: Readonly<Record<string, Scenario>> = { ...ALL, short };

/**
 * `npm run e2e -- [NAME ...] [--polls N] [--keep]`. Exit code 0: every claim holds, 1: one does not, or the stack is not gone,
 * 64: asked for wrongly.
 */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, Object.keys(ALL), Object.keys(SCENARIOS));
  const bed = await prepareBed(options.polls);
  console.log(`        on the cluster of context ${bed.cluster.context}`);
  const results: Result[] = [];
  for (const name of options.names) results.push(await prove(name, bed));
  return await end(results, bed.stack, options.keep);
}

/** What keeps a run from starting is the user's to change. */
async function prepareBed(polls: number): Promise<Omit<Bed, "note">> {
  try {
    return await createBed(polls);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message, { cause: error });
  }
}

async function prove(name: string, bed: Omit<Bed, "note">): Promise<Result> {
  const scenario = SCENARIOS[name] as Scenario;
  const began = performance.now();
  console.log(`        ${name} ...`);
  const notes: string[] = [];
  function note(text: string): void {
    console.log(`        ${text}`);
    notes.push(text);
  }
  let kept = false;
  let numbers: string;
  try {
    const findings: readonly Finding[] = await scenario.run({ ...bed, note });
    kept = findings.every(isKept);
    numbers = [findings.map(describe).join(", "), ...notes].join("; ");
  } catch (error) {
    numbers = (error as Error).message;
  }
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(`${kept ? "ok    " : "MISSED"}  ${name}: ${scenario.claim} | ${numbers}`);
  return { name, claim: scenario.claim, kept, numbers, seconds };
}

handleSignals();
await runCommand(main);
