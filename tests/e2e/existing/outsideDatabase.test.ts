import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { Database } from "../../../worker/src/database.ts";
import { noopLog } from "../../../worker/src/log.ts";
import { migrate } from "../../../worker/src/migrate.ts";
import { createRoles } from "../../../worker/src/roles.ts";
import { createFolder } from "../../support/createFolder.ts";
import { DEBIAN_MISSING } from "../../support/debianServer.ts";
import { PGBOUNCER_MISSING } from "../../support/pgBouncer.ts";
import { succeed, take } from "../../support/queue.ts";
import { startOutsideDatabase } from "./outsideDatabase.ts";

const NAMES = { worker: "depot_worker", scaler: "depot_scaler" };

test("a worker's attempt runs through PgBouncer over TLS, with the password that the migration set", {
  skip: DEBIAN_MISSING ?? PGBOUNCER_MISSING ?? false,
}, async (t) => {
  await using outside = await startOutsideDatabase("127.0.0.1", ["shop", "depot"]);
  const { port, poolerPort, authority, owners } = outside;
  const ssl = { ca: authority };
  const owner = new pg.Client({ host: "127.0.0.1", port, database: "depot", ssl, ...owners.depot });
  await owner.connect();
  await migrate(owner, noopLog, undefined, NAMES);
  await createRoles(owner, { worker: "w", scaler: "s" }, NAMES);
  await owner.query("insert into make_it_clap (duration_seconds) values (0)");
  await owner.end();
  const caFile = join(createFolder(), "ca.crt");
  await writeFile(caFile, authority);
  const login = { user: "depot_worker", password: "w", name: "depot", databaseTimeoutSeconds: 5 };
  const worker = new Database({ host: "127.0.0.1", port: poolerPort, caFile, pooled: true, ...login }, noopLog);
  t.after(() => worker.close());
  await succeed(worker, await take(worker, "job", { leaseSeconds: 30 }));
  const statuses = "select status from batch.attempt where kind = 'clap'";
  assert.deepEqual(await outside.query("depot", statuses), [{ status: "SUCCESS" }]);
  const sessions = outside.sessions().filter(({ user }) => user === "depot_worker");
  assert.deepEqual(sessions, [{ host: "127.0.0.1", user: "depot_worker", database: "depot", tls: true }]);
});
