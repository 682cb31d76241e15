import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { Database } from "../../../worker/src/database.ts";
import { noopLog } from "../../../worker/src/log.ts";
import { migrate } from "../../../worker/src/migrate.ts";
import { type Claim, claim } from "../../../worker/src/queue/claim.ts";
import { succeed } from "../../../worker/src/queue/succeed.ts";
import { createRoles } from "../../../worker/src/roles.ts";
import { claimParams } from "../../support/claim.ts";
import { DEBIAN_MISSING } from "../../support/debianServer.ts";
import { PGBOUNCER_MISSING } from "../../support/pgBouncer.ts";
import { type OutsideDatabase, startOutsideDatabase } from "./outsideDatabase.ts";
import { OutsideServer } from "./outsideServer.ts";

const NAMES = { worker: "depot_worker", scaler: "depot_scaler" };

describe("a PostgreSQL outside of a cluster", { skip: DEBIAN_MISSING ?? PGBOUNCER_MISSING ?? false }, () => {
  let outside: OutsideDatabase;
  before(async () => {
    outside = await startOutsideDatabase("127.0.0.1", ["shop", "depot"]);
  });
  after(() => outside?.[Symbol.asyncDispose]());

  async function connect(port: number, ssl: pg.ClientConfig["ssl"], database = "shop"): Promise<pg.Client> {
    const client = new pg.Client({ host: "127.0.0.1", port, database, ...outside.owners[database], ssl: ssl ?? false });
    await client.connect();
    return client;
  }

  test("has owners that may create roles but are not superusers, and accepts only TLS", async () => {
    const [row] = await outside.query<{ super: boolean; creates: boolean }>(
      "shop",
      "select rolsuper as super, rolcreaterole as creates from pg_roles where rolname = current_user",
    );
    assert.deepEqual(row, { super: false, creates: true });
    assert.deepEqual(
      outside.sessions().filter(({ host, tls }) => host !== "[local]" && !tls),
      [],
    );
  });

  test("refuses a connection without TLS, and is verified only by its own authority", async () => {
    await assert.rejects(connect(outside.port, false), /no pg_hba.conf entry .* no encryption/);
    await assert.rejects(connect(outside.port, true), /unable to verify the first certificate/);
  });

  test("serves a worker's attempt through PgBouncer, with the password that the migration set", async (t) => {
    const owner = await connect(outside.port, { ca: outside.authority }, "depot");
    await migrate(owner, noopLog, undefined, NAMES);
    await createRoles(owner, { worker: "w", scaler: "s" }, NAMES);
    await owner.query("insert into make_it_clap (duration_seconds) values (0)");
    await owner.end();
    const folder = await mkdtemp(join(tmpdir(), "ca-"));
    t.after(() => rm(folder, { recursive: true }));
    const caFile = join(folder, "ca.crt");
    await writeFile(caFile, outside.authority);
    const login = { user: "depot_worker", password: "w", name: "depot", databaseTimeoutSeconds: 5 };
    const where = { host: "127.0.0.1", port: outside.poolerPort, caFile, pooled: true };
    const worker = new Database({ ...where, ...login }, noopLog);
    t.after(() => worker.close());
    await succeed(worker, (await claim(worker, claimParams("job", { leaseSeconds: 30 }))) as Claim);
    const statuses = "select status from batch.attempt where kind = 'clap'";
    assert.deepEqual(await outside.query("depot", statuses), [{ status: "SUCCESS" }]);
    const sessions = outside.sessions().filter(({ user }) => user === "depot_worker");
    assert.deepEqual(sessions, [{ host: "127.0.0.1", user: "depot_worker", database: "depot", tls: true }]);
  });

  test("is its administrator's by its socket, and is back after a restart, which ends every session", async () => {
    const server = new OutsideServer(outside);
    assert.equal(
      await server.psql("create table shelf (id int); insert into shelf values (1), (2); table shelf"),
      "1\n2\n",
    );
    assert.deepEqual(await outside.query("shop", "select rolsuper from pg_roles where rolname = current_user"), [
      { rolsuper: false },
    ]);
    await assert.rejects(server.psql("select 1; select 1 / 0"), /division by zero/);
    const earlier = await server.psql("select pg_postmaster_start_time()");
    await server.restart();
    assert.notEqual(await server.psql("select pg_postmaster_start_time()"), earlier);
  });

  test("is logged in to with TLS and the right password alone", async () => {
    const server = new OutsideServer(outside);
    const { user = "", password = "" } = outside.owners.shop ?? {};
    assert.equal(await server.tryLogIn({ user, password, sslmode: "require" }), "in");
    assert.match(
      await server.tryLogIn({ user, password, sslmode: "disable" }),
      /no pg_hba.conf entry .* no encryption/,
    );
    assert.match(await server.tryLogIn({ user, password: "x", sslmode: "require" }), /authentication failed/);
    assert.deepEqual(server.passwords, [password]);
  });

  test("fails over to a replica, which has everything and answers at the same address", async () => {
    await outside.addReplica();
    await outside.query("shop", "create table kept as select 1 as number");
    await outside.failOver(0);
    assert.deepEqual(await outside.query("shop", "select number from kept"), [{ number: 1 }]);
    await outside.query("shop", "drop table kept");
    await assert.rejects(outside.failOver(0), /there must be a replica/);
  });
});
