import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { EXIT_KILLED } from "../../worker/src/outcome.ts";
import { createDirectory, shell } from "./commandAttempt.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

const MAIN = fileURLToPath(new URL("../../worker/src/main.ts", import.meta.url));

/** A pod whose work is a shell script. */
interface CommandPod {
  readonly runner: ReturnType<typeof startRunner>;
  /** EXIT_KILLED for a killed one. */
  readonly ended: Promise<number>;
  /** What it printed so far. */
  output(): string;
}

/** A database with the table `pages`, and pods that run a script for each of its rows. */
interface CommandPods {
  readonly database: TestDatabase;
  /** The folder of the attempts. */
  readonly directory: string;
  insert(count?: number): Promise<unknown>;
  attempts(): Promise<Record<string, unknown>[]>;
  lastAttempt(): Promise<Record<string, unknown> | undefined>;
  start(script: string, env?: NodeJS.ProcessEnv): CommandPod;
  /** Empties the table and the queue. */
  reset(): Promise<void>;
}

/** Prepares them for the calling test file. */
export async function createCommandPods(): Promise<CommandPods> {
  const database = await createTestDatabase();
  await database.query(
    "create table pages (id bigint generated always as identity primary key, price numeric, text text)",
  );
  await database.query("select batch.attach('pages', 'page')");
  const directory = createDirectory();
  let jobs = 0;
  const attempts = () =>
    database.query("select attempt, status, reason, error, result from batch.attempt order by request_id, attempt");
  return {
    database,
    directory,
    attempts,
    lastAttempt: async () => (await attempts()).at(-1),
    insert: (count = 1) => database.query("insert into pages (price) select 1.10 from generate_series(1, $1)", [count]),
    start(script, env = {}) {
      jobs += 1;
      const runner = startRunner(script, {
        ...database.env,
        COMMAND_DIRECTORY: directory,
        JOB_NAME: `job-${jobs}`,
        POD_NAME: `pod-${jobs}`,
        ...env,
      });
      let output = "";
      runner.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      return { runner, ended: once(runner, "close").then(([code]) => code ?? EXIT_KILLED), output: () => output };
    },
    async reset() {
      await database.reset();
      await database.query("truncate pages restart identity");
    },
  };
}

function startRunner(script: string, env: NodeJS.ProcessEnv) {
  const variables = {
    ...process.env,
    KIND: "page",
    COMMAND: JSON.stringify(shell(script)),
    BACKOFF_SECONDS: "0.1",
    ...env,
  };
  return spawn(process.execPath, [MAIN], { env: variables, stdio: ["ignore", "pipe", "ignore"] });
}
