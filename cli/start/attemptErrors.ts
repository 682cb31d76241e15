import { printable } from "./printable.ts";
import type { Queryable } from "./reconnectingClient.ts";
import type { RunRequests } from "./requests.ts";

/** How many errors are printed: they show what is wrong with the command, not the state of every request. */
const MAX_ERRORS = 3;

/**
 * Prints the errors of attempts while the run continues, each text once: retries may take minutes, and a temporary database is gone after
 * the run. The loss of a worker is not printed, since the command did not cause it.
 *
 * @returns a function that prints what is new.
 */
export function createAttemptErrors(
  kind: string,
  print: (line: string) => void,
): (client: Queryable, requests: RunRequests) => Promise<void> {
  const printed: string[] = [];
  return async (client, { ids, since }) => {
    if (printed.length >= MAX_ERRORS) return;
    const { rows } = await client.query<{ request_id: string; attempt: number; error: string }>(
      `select * from (
         select distinct on (error) request_id::text, attempt, error, ended_at
         from batch.history
         where kind = $1 and ($2::bigint[] is null or request_id = any ($2)) and ended_at >= $5
           and reason <> 'interrupted' and error not like 'the worker in pod %' and error <> all ($3)
         order by error, ended_at
       ) as new order by ended_at limit $4`,
      [kind, ids, printed, MAX_ERRORS - printed.length, since],
    );
    for (const { request_id: id, attempt, error } of rows) {
      printed.push(error);
      print(`request ${id}, attempt ${attempt}: ${printable(error)}`);
    }
    if (printed.length === MAX_ERRORS) print("Other errors are in batch.attempt.");
  };
}
