import { DEFAULTS } from "../../worker/src/settings.ts";
import type { LocalDatabase } from "./localDatabase.ts";
import type { Options } from "./options.ts";
import { clapTable } from "./report.ts";
import { type ClapRow, insertRequests, readClaps, readFailures, readKilled, readUnfinished } from "./requests.ts";
import type { RunWork } from "./runWork.ts";

/** The sample, `make_it_clap`: the rows that the run inserts, and all unfinished ones on a private database or with `--requests 0`. */
export function createSampleWork(
  options: Pick<Options, "requests" | "seconds" | "failures" | "backoffLimit">,
  { client, exclusive }: Pick<LocalDatabase, "client" | "exclusive">,
): RunWork {
  const { requests, seconds, failures, backoffLimit } = options;
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
    async readEnd(queryable, ids, kills) {
      const claps = await readClaps(queryable, ids);
      const asked = await readFailures(queryable, ids);
      const killed = await readKilled(queryable, kind, ids, kills);
      // SUCCESS, unless the request asks for too many failures; then it is one if killed attempts were among those that were to fail.
      const endedAsExpected = ({ id, status }: ClapRow) => {
        const asksToFail = (asked.get(id) ?? 0) > backoffLimit;
        return status === "DEAD"
          ? asksToFail || killed.has(id)
          : status === "SUCCESS" && (!asksToFail || kills !== undefined);
      };
      const count = (status: ClapRow["status"]) => claps.filter((clap) => clap.status === status).length;
      return {
        success: count("SUCCESS"),
        dead: count("DEAD"),
        asExpected: claps.length === ids.length && claps.every(endedAsExpected),
        table: (maxRows, width) => clapTable(claps, maxRows, width),
      };
    },
    close: () => Promise.resolve(),
  };
}
