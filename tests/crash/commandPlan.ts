/** The steps of tests/crash/commandProgram.ts, in order: every part of the contract that it uses. */
export const PROGRAM_STEPS = [
  "start",
  "row read",
  "progress written",
  "first own",
  "first effect",
  "first commit",
  "second effect",
  "checkpoint",
  "second commit",
  "checkpoint written",
  "third effect",
  "finish",
  "third commit",
  "result written",
] as const;

export type ProgramStep = (typeof PROGRAM_STEPS)[number];

export const PROGRAM_KILLS = ["runner, waking during", "runner, waking after", "command", "both", "stop"] as const;

/** Its effects; each is one row of `effects`. */
export const EFFECTS = [1, 2, 3] as const;

/**
 * A fault that is injected just before a step of the program's first attempt.
 *
 * - `runner, waking during`, `runner, waking after`: SIGKILL of the runner; the command survives, waits until another attempt has its
 *   request or has ended it, and continues. It also continues when the next runner waits for its transaction.
 * - `command`, `both`: SIGKILL
 * - `stop`: the runner is asked to stop (SIGTERM); the command ends with 0 as soon as that reaches it, without a result
 */
export type CommandFault =
  | { readonly at: ProgramStep; readonly kill: (typeof PROGRAM_KILLS)[number] }
  | {
      /** A statement of the runner. */
      readonly at: { readonly step: string; readonly nth: number; readonly when: "kill before" | "kill after" };
      readonly kill: "runner" | "both";
    };

/** A mutant: text of a worker's module that is replaced in the runner's process. */
export interface CodeChange {
  /** The end of the module's path. */
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

/** The input of runner and program, as JSON in CRASH_PLAN. */
export interface CommandPlan {
  readonly fault?: CommandFault;
  readonly change?: CodeChange;
  /** The file to which the reached steps are written, one per line. */
  readonly notes: string;
}

/** How a step of the runner is recorded: `claim 1`. */
export function describeStep({ step, nth }: { readonly step: string; readonly nth: number }): string {
  return `${step} ${nth}`;
}
