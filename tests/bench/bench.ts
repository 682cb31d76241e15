import type { BenchContext } from "./context.ts";
import type { Limit } from "./limit.ts";
import type { OptionRule } from "./options.ts";

/** One measurement of cost, of the real thing on a separate server. */
export interface Bench<Option extends string = string> {
  /** What the limits claim, in one line. */
  readonly target: string;
  readonly options: Readonly<Record<Option, OptionRule>>;
  /** Prints what it measures; resolves with the limits, kept or not. */
  run(options: Readonly<Record<Option, number>>, context: BenchContext): Promise<readonly Limit[]>;
}
