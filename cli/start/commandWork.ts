import { mkdirSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { createTempDirectory, type TempDirectory } from "../../simulator/tempDirectory.ts";
import { LOCK_SPACE } from "../../worker/src/advisoryLocks.ts";
import { attachTables } from "../../worker/src/attachTables.ts";
import { closeClient, getTraffic } from "../../worker/src/clientConnection.ts";
import { endProcesses } from "../../worker/src/command/endProcesses.ts";
import { removeFolder } from "../../worker/src/command/removeFolder.ts";
import { connectDirectly } from "../../worker/src/connectDirectly.ts";
import { toClientConfig } from "../../worker/src/database.ts";
import { limitWaits } from "../../worker/src/limitWaits.ts";
import { noopLog } from "../../worker/src/log.ts";
import { readDatabaseSettings } from "../../worker/src/settings.ts";
import { createAttemptErrors } from "./attemptErrors.ts";
import type { CommandBatch } from "./batchOptions.ts";
import type { LocalDatabase } from "./localDatabase.ts";
import { prepareProgramRole } from "./programRole.ts";
import { type RequestRow, readKilled, readRequests, readUnfinished } from "./requests.ts";
import { requestTable } from "./requestTable.ts";
import { runSqlFile } from "./runSqlFile.ts";
import type { RunWork } from "./runWork.ts";

/** How long to wait until a stopped statement's session is told to end; stopping the run's own server ends it in any case. */
const END_SESSION_MS = 2_000;

/** Creates work that runs a command for each row of the user's table. */
export function createCommandWork(batch: CommandBatch, local: LocalDatabase, print: (line: string) => void): RunWork {
  const { kind, command, sql } = batch;
  let programEnv: Readonly<Record<string, string>> = {};
  let directory: TempDirectory | undefined;
  /** Its path without symbolic links, as /proc shows it. */
  let realDirectory = "";
  let preparing: pg.Client | undefined;
  const inSession = async <Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> => {
    const config = toClientConfig(readDatabaseSettings(local.env));
    const client = await connectDirectly(config);
    preparing = client;
    try {
      return await limitWaits(config, client, local.log, () => work(client));
    } finally {
      preparing = undefined;
      await closeClient(client);
    }
  };
  const getFolder = (podName: string) => join(directory?.path ?? "", podName);
  return {
    kind,
    pods: {
      podEnv(podName) {
        mkdirSync(getFolder(podName), { recursive: true });
        return {
          COMMAND: JSON.stringify(command),
          COMMAND_DIRECTORY: getFolder(podName),
          COMMAND_ENV_MARK: podName,
          // The runner sets it for each attempt; the directory above is already in the shell's TMPDIR.
          TMPDIR: undefined,
          ...programEnv,
        };
      },
      async afterPod(podName) {
        // In a container all processes end with the first one; here the command of a killed runner still runs.
        const isOutput = (path: string) => path.startsWith(`${join(realDirectory, podName)}/`);
        await endProcesses({ mark: `MARK=${podName}`, isOutput }, new AbortController().signal);
        await removeFolder(getFolder(podName)).catch(({ message }) =>
          print(`the files of ${podName} were not removed: ${message}`),
        );
      },
    },
    async prepare() {
      const created = await createTempDirectory(undefined);
      directory = created;
      realDirectory = await realpath(created.path);
      programEnv = await inSession((client) => prepareRole(client, local, created.path));
      // The file's settings end with its session, as in psql.
      if (sql) {
        await inSession(async (client) => {
          client.on("notice", ({ message }) => message && print(message));
          await runSqlFile(client, sql);
        });
      }
      await inSession((client) => attachTables(client, [batch], noopLog));
      return await readUnfinished(local.client, kind);
    },
    printErrors: createAttemptErrors(kind, print),
    async readEnd(queryable, ids, kills) {
      const requests = await readRequests(queryable, kind, ids);
      const count = (status: RequestRow["status"]) => requests.filter((request) => request.status === status).length;
      const killed = await readKilled(queryable, kind, ids, kills);
      return {
        success: count("SUCCESS"),
        dead: count("DEAD"),
        asExpected:
          requests.length === ids.length &&
          requests.every(({ status, request_id }) => status === "SUCCESS" || killed.has(request_id)),
        table: (maxRows, width) => requestTable(requests, maxRows, width),
      };
    },
    async close() {
      if (preparing) await endSession(preparing, local);
      await directory?.remove();
    },
  };
}

/** The session writes, whatever the database or the role sets, and each statement sees what others have committed meanwhile. */
const WRITES = "set session characteristics as transaction isolation level read committed, read write, not deferrable";

/** Creates the role, and returns the variables by which the command finds the database. */
async function prepareRole(
  client: pg.Client,
  local: LocalDatabase,
  directory: string,
): Promise<Readonly<Record<string, string>>> {
  await client.query(WRITES);
  // Two runs on one database would disturb each other's grants.
  await client.query(`select pg_advisory_lock(${LOCK_SPACE}, 0)`);
  return await prepareProgramRole(client, local, directory);
}

/** Ends a stopped SQL statement, which rolls it back: PostgreSQL would not notice that its client is no longer waiting. */
async function endSession(client: pg.Client, local: LocalDatabase): Promise<void> {
  const ended = local.client.query("select pg_terminate_backend($1)", [getTraffic(client).pid]).catch(() => undefined);
  await Promise.race([ended, sleep(END_SESSION_MS, undefined, { ref: false })]);
}
