import { AsyncLocalStorage } from "node:async_hooks";
import { Database } from "../../worker/src/database.ts";
import { InterruptedError } from "../../worker/src/errors.ts";
import { noopLog } from "../../worker/src/log.ts";
import { EXIT_CODES, EXIT_KILLED } from "../../worker/src/outcome.ts";
import { runJob } from "../../worker/src/runJob.ts";
import { readSettings } from "../../worker/src/settings.ts";
import { createInProcessWork } from "../support/inProcessWork.ts";
import { scriptedHandler } from "./handler.ts";
import type { PodArgs, PodEnd, RunPod } from "./pod.ts";
import { Steps } from "./steps.ts";
import { tap } from "./tap.ts";

const running = new AsyncLocalStorage<Steps>();
let tapped = false;

/**
 * Pods within this process: the worker's own `runJob`, `Database` and statements, some 10 ms each, where a process takes
 * 100 ms of CPU. To PostgreSQL a pod's death looks like a process's: its socket is closed while its backend waits for the
 * next statement, and it takes no further step. Only what a worker has sent outlives it.
 */
export function inProcessPods(): RunPod {
  if (!tapped) tap(() => running.getStore());
  tapped = true;
  return async (args) => {
    const ended = Promise.withResolvers<PodEnd>();
    const woken = Promise.withResolvers<void>();
    const stop = new AbortController();
    const steps = new Steps(
      {
        begun: args.begun,
        meanwhile: (step) => running.exit(() => args.meanwhile(step)),
        taken: args.taken,
        die() {
          steps.exit();
          ended.resolve({ exitCode: EXIT_KILLED });
        },
        stop() {
          args.stopped();
          stop.abort(new InterruptedError("SIGTERM"));
        },
        async sleep() {
          ended.resolve({
            exitCode: EXIT_KILLED,
            wake() {
              woken.resolve();
              return run;
            },
          });
          await woken.promise;
        },
      },
      args.faults,
    );
    const run = running.run(steps, () => runPod(args, steps, stop.signal)).finally(() => steps.exit());
    run.then((exitCode) => ended.resolve({ exitCode }), ended.reject);
    return await ended.promise;
  };
}

/** Does what `worker/src/main.ts` does, except for signals and exit, which concern the process. */
async function runPod({ env, actions }: PodArgs, steps: Steps, signal: AbortSignal): Promise<number> {
  const settings = readSettings(env);
  const database = new Database(settings.database, noopLog);
  const work = createInProcessWork(scriptedHandler(steps, actions));
  const shutdown = { signal, deadline: new AbortController().signal };
  try {
    return EXIT_CODES[await runJob({ settings, database, work, shutdown, log: noopLog })];
  } finally {
    await database.close();
  }
}
