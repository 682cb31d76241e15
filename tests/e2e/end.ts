import type { Stack } from "./stack.ts";

/** The result of a scenario. */
export interface Result {
  readonly name: string;
  readonly claim: string;
  readonly kept: boolean;
  /** Measurements and notes, each a part of a sentence; last the reason if the scenario failed. */
  readonly numbers: readonly string[];
  readonly seconds: number;
  /** Markdown tables, each below its title. */
  readonly tables: readonly string[];
}

/**
 * Prints the results before anything else can fail, and then destroys the stack unless it is kept.
 * Resolves with the exit code.
 */
export async function end(
  results: readonly Result[],
  stack: Pick<Stack, "destroy" | "remove">,
  keep: boolean,
): Promise<number> {
  console.log(`\n${resultTable(results)}`);
  if (!keep) {
    try {
      await stack.destroy();
      await stack.remove();
    } catch (error) {
      console.error(`cannot destroy the stack, the next run tries again: ${(error as Error).message}`);
      return 1;
    }
  }
  return results.every(({ kept }) => kept) ? 0 : 1;
}

/** The results as a Markdown table, one scenario per line. */
function resultTable(results: readonly Result[]): string {
  const lines = results.map(({ name, claim, kept, numbers, seconds }) => {
    return `| ${kept ? "ok" : "MISSED"} | ${name} | ${claim} | ${numbers.join(", ").replaceAll("\n", " ")} | ${seconds} s |`;
  });
  return ["|  | scenario | claim | measured | took |", "| --- | --- | --- | --- | ---: |", ...lines].join("\n");
}

/** A result for docs/results: its numbers as a list, since a table row would be too long to read, and its tables. */
export function resultSection({ claim, kept, numbers, seconds, tables }: Result): string {
  const list = numbers.map((number) => `- ${number}`).join("\n");
  return [`${kept ? "Kept" : "MISSED"} in ${seconds} s: ${claim}.`, list, ...tables].join("\n\n");
}
