import type { Stack } from "./stack.ts";

/** What came of a scenario. */
export interface Result {
  readonly name: string;
  readonly claim: string;
  readonly kept: boolean;
  readonly numbers: string;
  readonly seconds: number;
}

/**
 * Prints what was measured, which nothing after it may cost, and then gives the cluster back unless the stack is kept.
 * Resolves with the exit code.
 */
export async function end(
  results: readonly Result[],
  stack: Pick<Stack, "destroy" | "remove">,
  keep: boolean,
): Promise<number> {
  console.log(`\n${table(results)}`);
  if (!keep) {
    try {
      await stack.destroy();
      await stack.remove();
    } catch (error) {
      const why = "the cluster is to be as before; the next run tries again";
      console.error(`the stack e2e must be gone at the end (${why}); got ${(error as Error).message}`);
      return 1;
    }
  }
  return results.every((its) => its.kept) ? 0 : 1;
}

/** Markdown, for docs/e2e.md. */
function table(results: readonly Result[]): string {
  const lines = results.map(({ name, claim, kept, numbers, seconds }) => {
    return `| ${kept ? "ok" : "MISSED"} | ${name} | ${claim} | ${numbers.replaceAll("\n", " ")} | ${seconds} s |`;
  });
  return ["|  | scenario | claim | measured | took |", "| --- | --- | --- | --- | ---: |", ...lines].join("\n");
}
