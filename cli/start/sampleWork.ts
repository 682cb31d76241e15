import { DEFAULTS } from "../../worker/src/settings.ts";
import type { LocalDatabase } from "./localDatabase.ts";
import type { Options } from "./options.ts";
import { clapTable } from "./report.ts";
import { type ClapRow, insertRequests, readClaps, readFailures, readUnfinished } from "./requests.ts";
import type { RunWork } from "./runWork.ts";

/** The sample, `make_it_clap`: the rows that the run inserts, and all unfinished ones on a private database or with `--requests 0`. */
export function createSampleWork(options: Options, { client, exclusive }: LocalDatabase): RunWork {
  const { requests, seconds, failures } = options;
  const { kind } = DEFAULTS;
  return {
    kind,
    pods: {},
    async prepare() {
      const unfinished = exclusive || requests === 0 ? await readUnfinished(client, kind) : [];
      if (requests === 0) return unfinished;
      const once = { query: client.queryOnce.bind(client) };
      return [...unfinished, ...(await insertRequests(once, requests, seconds, failures))];
    },
    // The sample fails as often as --failures asks for.
    printErrors: () => Promise.resolve(),
    async readEnd(queryable, ids) {
      const claps = await readClaps(queryable, ids);
      const asked = await readFailures(queryable, ids);
      const count = (status: ClapRow["status"]) => claps.filter((clap) => clap.status === status).length;
      return {
        success: count("SUCCESS"),
        dead: count("DEAD"),
        asExpected: claps.length === ids.length && claps.every((clap) => endedAsExpected(clap, asked, options)),
        table: (maxRows, width) => clapTable(claps, maxRows, width),
      };
    },
    close: () => Promise.resolve(),
  };
}

/** SUCCESS, unless the request asks for too many failures; DEAD then, and with --kill-every after too many attempts. */
function endedAsExpected(
  { id, status, iteration: attempt }: ClapRow,
  failures: ReadonlyMap<string, number>,
  { backoffLimit, killEvery }: Options,
): boolean {
  const asksToFail = (failures.get(id) ?? 0) > backoffLimit;
  if (status === "DEAD") return asksToFail || (killEvery !== undefined && attempt > backoffLimit);
  return status === "SUCCESS" && !asksToFail;
}
