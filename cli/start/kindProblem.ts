import type { Queryable } from "./reconnectingClient.ts";

/**
 * Prints why no Job is started for a kind, once for each reason: a run with a kept database may find the kind paused, or its table changed,
 * and would otherwise wait without showing why.
 *
 * @returns a function that prints what is new.
 */
export function createProblemNotice(kind: string, print: (line: string) => void): (client: Queryable) => Promise<void> {
  const printed = new Set<string>();
  return async (client) => {
    const { rows } = await client.query<{ problem: string | null }>("select problem from batch.kind where kind = $1", [
      kind,
    ]);
    const problem = rows[0]?.problem ?? null;
    if (problem === null || printed.has(problem)) return;
    printed.add(problem);
    print(`no Job is started for the kind ${kind}: ${problem}`);
  };
}
