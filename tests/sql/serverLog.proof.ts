import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { noopLog } from "../../worker/src/log.ts";
import { migrateDatabase } from "../../worker/src/migrateDatabase.ts";
import { createConnections } from "../support/createConnections.ts";
import { DEBIAN_MISSING, startDebianServer } from "../support/debianServer.ts";
import { FINAL_ERROR, fail, poll, succeed, take } from "../support/queue.ts";

/** A server that logs all that it can, with the libraries that most servers have loaded. */
const SETTINGS = {
  shared_preload_libraries: "pg_stat_statements,auto_explain",
  log_statement: "all",
  log_duration: "on",
  log_parameter_max_length_on_error: "-1",
  track_functions: "all",
  "auto_explain.log_min_duration": "0",
  "auto_explain.log_analyze": "on",
  "auto_explain.log_nested_statements": "on",
  "auto_explain.log_triggers": "on",
};

test("a server that logs everything logs no password, and no error if nothing is wrong", {
  skip: DEBIAN_MISSING,
}, async (t) => {
  const server = await startDebianServer(SETTINGS);
  t.after(() => server.stop());
  const { open, connect } = createConnections(t);
  const passwords = { WORKER_PASSWORD: "worker's hush", SCALER_PASSWORD: "scaler-hush" };
  const login = { PG_HOST: server.host, PG_PORT: String(server.port), PG_USERNAME: server.user };
  for (let run = 0; run < 2; run++) await migrateDatabase({ ...login, ...passwords }, noopLog);
  const user = await open(server, "postgres");
  await user.query("insert into make_it_clap (duration_seconds) values (1), (2)");
  const worker = connect(server, "postgres", "batch_worker");
  assert.equal(await poll(connect(server, "postgres", "batch_scaler")), 2);
  await succeed(worker, await take(worker, "a"));
  await fail(worker, await take(worker, "b"), FINAL_ERROR);
  assert.equal(await poll(connect(server, "postgres", "batch_scaler")), 0);
  const log = await readFile(server.logFile, "utf8");
  assert.match(log, /batch\.claim/);
  assert.deepEqual(log.match(/.*(hush|FATAL:|ERROR:|WARNING:).*/g), null);
});
