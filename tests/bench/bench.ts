import type { Limit } from "../support/limit.ts";
import type { BenchContext } from "./context.ts";
import type { OptionRule } from "./options.ts";

/** One benchmark of the real program on a separate server. */
export interface Bench<Option extends string = string> {
  /** The claim behind the limits, in one line. */
  readonly target: string;
  readonly options: Readonly<Record<Option, OptionRule>>;
  /** Prints the measurements; resolves with the limits, met or missed. */
  run(options: Readonly<Record<Option, number>>, context: BenchContext): Promise<readonly Limit[]>;
}
