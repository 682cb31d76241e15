import type { Database } from "../../worker/src/database.ts";
import type { Handler } from "../../worker/src/handler.ts";
import { noopLog } from "../../worker/src/log.ts";
import { runJob } from "../../worker/src/runJob.ts";
import { readSettings } from "../../worker/src/settings.ts";
import { createInProcessWork } from "./inProcessWork.ts";

interface Options {
  /** Asks it to stop. @default - nothing does */
  readonly signal?: AbortSignal;
  /** Further settings. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a pod of Job `a` in the test's own thread; resolves with its outcome. */
export function runPod(
  database: Database,
  requestsPerJob: number,
  run: Handler["run"],
  { signal = new AbortController().signal, env = {} }: Options = {},
) {
  const { PG_HOST, PG_USERNAME } = process.env;
  const pod = { JOB_NAME: "a", POD_NAME: "a-2", REQUESTS_PER_JOB: String(requestsPerJob) };
  const settings = readSettings({ PG_HOST, PG_USERNAME, ...pod, ...env });
  const work = createInProcessWork({ kind: "clap", check: (row) => row, run });
  const shutdown = { signal, deadline: new AbortController().signal };
  return runJob({ settings, database, work, shutdown, log: noopLog });
}
