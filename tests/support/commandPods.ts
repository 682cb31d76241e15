import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { EXIT_KILLED } from "../../worker/src/outcome.ts";
import { collectOutput } from "./collectOutput.ts";
import { shell } from "./commandAttempt.ts";
import { createFolder } from "./createFolder.ts";
import { createTestDatabase } from "./database.ts";

const MAIN = fileURLToPath(new URL("../../worker/src/main.ts", import.meta.url));

/** Prepares, for the calling test file, a database with the table `pages`, and pods that run a shell script for each of its rows. */
export async function createCommandPods() {
  const database = await createTestDatabase();
  await database.query(
    "create table pages (id bigint generated always as identity primary key, price numeric, text text)",
  );
  await database.query("select batch.attach('pages', 'page')");
  const directory = createFolder();
  let jobs = 0;
  const attempts = () =>
    database.query("select attempt, status, reason, error, result from batch.attempt order by request_id, attempt");
  return {
    database,
    /** The folder of the attempts. */
    directory,
    attempts,
    lastAttempt: async () => (await attempts()).at(-1),
    insert: (count = 1) => database.query("insert into pages (price) select 1.10 from generate_series(1, $1)", [count]),
    /** Starts a Job's pod, whose exit code is EXIT_KILLED if it is killed. */
    start(script: string, env: NodeJS.ProcessEnv = {}) {
      jobs += 1;
      const variables = {
        ...process.env,
        ...database.env,
        ...{ KIND: "page", COMMAND: JSON.stringify(shell(script)), COMMAND_DIRECTORY: directory },
        ...{ JOB_NAME: `job-${jobs}`, POD_NAME: `pod-${jobs}`, BACKOFF_SECONDS: "0.1" },
        ...env,
      };
      const runner = spawn(process.execPath, [MAIN], { env: variables, stdio: ["ignore", "pipe", "ignore"] });
      const ended = once(runner, "close").then(([code]): number => code ?? EXIT_KILLED);
      return { runner, ended, output: collectOutput(runner) };
    },
    /** Empties the table and the queue. */
    async reset() {
      await database.reset();
      await database.query("truncate pages restart identity");
    },
  };
}
