import { once } from "node:events";
import type { Handler } from "../../worker/src/handler.ts";
import { runHandler } from "../../worker/src/runHandler.ts";
import type { Work, WorkResult } from "../../worker/src/work.ts";

/** Work in the test's own thread; work that does not stop when it must is left running. */
export function createInProcessWork(handler: Handler): Work {
  return {
    stuck: false,
    async run(rowJson, context) {
      const listening = new AbortController();
      const killed = once(context.killSignal, "abort", { signal: listening.signal }).then(
        (): WorkResult => ({ outcome: "interrupted", message: "ended by force" }),
      );
      killed.catch(() => undefined);
      const result = await Promise.race([runHandler(handler, rowJson, context), killed]);
      listening.abort();
      return result;
    },
    close: () => Promise.resolve(),
  };
}
