import { type CommandFault, describeStep, EFFECTS, PROGRAM_STEPS } from "./commandPlan.ts";
import type { CommandWorld } from "./commandWorld.ts";
import { Violation } from "./oracle.ts";

/**
 * Compares the stored data of a request with what happened to its runners and commands.
 *
 * @throws Violation when a guarantee did not hold; Error when the fault was not reached, which proves nothing.
 */
export async function checkCommandRun(
  world: CommandWorld,
  request: string,
  steps: readonly string[],
  fault: CommandFault | undefined,
): Promise<void> {
  if (fault && !steps.includes(typeof fault.at === "string" ? `1: ${fault.at}` : `runner: ${describeStep(fault.at)}`)) {
    throw new Error(`the run must reach ${JSON.stringify(fault.at)}; got ${steps.join(", ")}`);
  }
  const effects = await world.effects(request);
  must("each effect be there once", EFFECTS.join(), effects.map(({ effect }) => effect).join());
  const attempts = await world.attempts(request);
  const numbers = attempts.map(({ attempt }) => attempt).join();
  must("attempts be numbered", attempts.map((_, index) => index + 1).join(), numbers);
  const last = attempts.at(-1);
  must("the request end with SUCCESS", "SUCCESS", last?.status);
  must("the result be the program's", JSON.stringify({ done: 3 }), JSON.stringify(last?.result));
  must("the last effect be of the attempt that succeeded", last?.attempt, effects.at(-1)?.attempt);
  const before = attempts.slice(0, -1).map(({ status, reason }) => `${status} ${reason}`);
  const why = fault?.kill === "stop" ? "FAILED interrupted" : "FAILED crashed";
  must("attempts before it have their fault's reason", before.map(() => why).join(), before.join());
  // A command that outlives its runner may finish its request, or another attempt may; a report may come after the finish.
  const most = fault === undefined || !costs(fault) ? 1 : 2;
  const isReport = typeof fault?.at === "object" && fault.at.step === "report";
  const least = fault?.kill.startsWith("runner") || isReport ? 1 : most;
  if (attempts.length < least || attempts.length > most) {
    throw new Violation(
      `only a fault must cost an attempt: at least ${least}, at most ${most}; got ${attempts.length}`,
    );
  }
  checkCheckpoints(steps);
}

/** A fault after the program's last commit, or before the runner's claim, costs no attempt. */
function costs({ at }: CommandFault): boolean {
  if (typeof at === "string") return PROGRAM_STEPS.indexOf(at) < PROGRAM_STEPS.indexOf("result written");
  const isBeforeClaim = at.step === "connect" || (at.step === "claim" && at.when === "kill before");
  return !isBeforeClaim && at.step !== "succeed" && at.step !== "close";
}

/** The program continues where the previous attempt stopped. */
function checkCheckpoints(steps: readonly string[]): void {
  const second = steps.find((step) => step.startsWith("2: continues"));
  if (second === undefined) return;
  const done = steps.includes("1: checkpoint written") ? 2 : 0;
  must("an attempt begin at the last checkpoint", `2: continues after ${done}`, second);
}

function must(what: string, expected: unknown, got: unknown): void {
  if (expected !== got) throw new Violation(`${what}: must be ${expected}; got ${got}`);
}
