import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { recordLog } from "../../tests/support/recordLog.ts";

const database = await createTestDatabase();
const POLL = ["clap", 1, 10, 40];

test("a statement that is due while another one runs is sent after it, as node-postgres wants", async () => {
  const warnings: Error[] = [];
  process.on("warning", (warning) => warnings.push(warning));
  const connection = database.connect();
  await Promise.all([1, 2, 3].map(() => connection.run("demand", POLL)));
  await assert.rejects(Promise.all([connection.run("demand", ["clap"]), connection.run("demand", POLL)]));
  await connection.run("demand", POLL);
  await connection.close();
  assert.deepEqual(warnings, []);
});

test("a statement that runs when the connection is closed fails without a log line, and no other connection is opened", async () => {
  const { log, lines } = recordLog();
  const connection = database.connect(undefined, {}, log);
  await connection.run("demand", POLL);
  await database.query("begin; lock table batch.kind");
  const waiting = assert.rejects(connection.run("demand", POLL), /Connection terminated/);
  await database.untilBlocked();
  await connection.close();
  await waiting;
  await database.query("rollback");
  assert.deepEqual(lines, []);
  await database.untilNoWorkerSession();
});

test("a statement whose answer was lost is not repeated once the connection is closed", async () => {
  const { log, logged } = recordLog();
  const connection = database.connect(undefined, {}, log);
  await connection.run("demand", POLL);
  await database.query("begin; lock table batch.kind");
  const lost = assert.rejects(connection.run("demand", POLL), /terminating connection|Connection terminated/);
  await database.untilBlocked();
  await database.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'postgres-batch'",
  );
  await logged("the database is unavailable");
  await connection.close();
  await database.query("rollback");
  await lost;
  await database.untilNoWorkerSession();
});
