import type { Stack } from "./stack.ts";

/** What a scenario has shown. */
export interface Result {
  readonly name: string;
  readonly claim: string;
  readonly kept: boolean;
  /** What was measured and noted, a part of a sentence each; last the reason, if it failed. */
  readonly numbers: readonly string[];
  readonly seconds: number;
  /** Tables of Markdown, each below a line that says what it shows. */
  readonly tables: readonly string[];
}

/**
 * Prints what was measured, before anything else can fail, and then destroys the stack unless it is kept.
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
      console.error(`cannot destroy the stack e2e, the next run tries again: ${(error as Error).message}`);
      return 1;
    }
  }
  return results.every(({ kept }) => kept) ? 0 : 1;
}

/** The results as a table of Markdown, a scenario a line. */
export function resultTable(results: readonly Result[]): string {
  const lines = results.map(({ name, claim, kept, numbers, seconds }) => {
    return `| ${kept ? "ok" : "MISSED"} | ${name} | ${claim} | ${numbers.join(", ").replaceAll("\n", " ")} | ${seconds} s |`;
  });
  return ["|  | scenario | claim | measured | took |", "| --- | --- | --- | --- | ---: |", ...lines].join("\n");
}

/** A result for docs/results: the numbers as a list, since a line of the table would be too long to read, and its tables. */
export function resultSection({ claim, kept, numbers, seconds, tables }: Result): string {
  const list = numbers.map((number) => `- ${number}`).join("\n");
  return [`${kept ? "Kept" : "MISSED"} in ${seconds} s: ${claim}.`, list, ...tables].join("\n\n");
}
