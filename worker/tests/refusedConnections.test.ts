import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { connectTo, createTestDatabase, TEMPLATE_DATABASE } from "../../tests/support/database.ts";
import { claim, claimParams, fail, succeed, take } from "../../tests/support/queue.ts";
import { recordLog } from "../../tests/support/recordLog.ts";

const database = await createTestDatabase();
/** A connection to another database. */
const admin = await connectTo("postgres");
after(() => admin.end());

/** A connection of a role to a database, and what it logs. */
function connect(user: string | undefined, name: string, databaseTimeoutSeconds = 20) {
  const { log, logged } = recordLog();
  return { connection: database.connect(user, { name, databaseTimeoutSeconds }, log), logged };
}

describe("a worker waits, whatever PostgreSQL's reason to refuse its connection: administrators use all of them in maintenance", () => {
  for (const [refused, sql] of [
    ["a role that may not log in", "alter role kept_out nologin|alter role kept_out login"],
    [
      "a role that is renamed for a moment",
      "alter role kept_out rename to renamed|alter role renamed rename to kept_out",
    ],
    [
      "a role that has lost the right to connect",
      "revoke connect on database NAME from public|grant connect on database NAME to public",
    ],
    [
      "a role with too few connections",
      "alter role kept_out connection limit 0|alter role kept_out connection limit 1",
    ],
    [
      "a database that admits no connections",
      "alter database NAME allow_connections false|alter database NAME allow_connections true",
    ],
    [
      "a login trigger that refuses",
      `create function refuse() returns event_trigger language plpgsql as $$begin if session_user = 'kept_out' then raise 'closed'; end if; end$$;
       create event trigger closed on login execute function refuse()|drop event trigger closed; drop function refuse`,
    ],
  ] as const) {
    test(refused, async (t) => {
      const [server] = await database.query("select current_setting('server_version_num')::integer as version");
      if (refused.includes("trigger") && server?.version < 170_000) return t.skip("login triggers are new in 17");
      await database.query("drop role if exists kept_out; create role kept_out login in role batch_scaler");
      const [before = "", after = ""] = sql.replaceAll("NAME", database.name).split("|");
      const client = sql.includes("allow_connections") ? admin : database.client;
      await client.query(before);
      const kept = connect("kept_out", database.name);
      const asked = kept.connection.run("demand", ["clap", 1, 10, 40]);
      await kept.logged("the database is unavailable").finally(() => client.query(after));
      assert.deepEqual(await asked, [{ jobs: "0" }]);
      await kept.connection.close();
      await database.query("drop role kept_out");
    });
  }

  test("a database that does not exist for a moment", async () => {
    const name = `${database.name}_restored`;
    const missing = connect(undefined, name);
    const asked = missing.connection.run("demand", ["clap", 1, 10, 40]);
    await missing.logged("the database is unavailable");
    await admin.query("select pg_advisory_lock(1)");
    await admin.query(`create database ${name} template ${TEMPLATE_DATABASE}`);
    await admin.query("select pg_advisory_unlock(1)");
    try {
      assert.deepEqual(await asked, [{ jobs: "0" }]);
    } finally {
      await missing.connection.close();
      await admin.query(`drop database ${name} with (force)`);
    }
  });
});

describe("a right that is revoked while a request is worked on", () => {
  const REVOKES = {
    "on the schema": ["revoke batch_worker from worker_in_person", "grant batch_worker to worker_in_person"],
    "to record a success": [
      "revoke execute on function batch.succeed from batch_worker",
      "grant execute on function batch.succeed to batch_worker",
    ],
    "with the schema, which is restored": ["alter schema batch rename to moved", "alter schema moved rename to batch"],
    "with a table, which is restored": [
      "alter table batch.queue rename to moved",
      "alter table batch.moved rename to queue",
    ],
  } as const;

  async function work(databaseTimeoutSeconds?: number) {
    await database.reset();
    await database.query("drop role if exists worker_in_person");
    await database.query("create role worker_in_person login in role batch_worker");
    await database.insert();
    const pod = connect("worker_in_person", database.name, databaseTimeoutSeconds);
    return { ...pod, attempt: await take(pod.connection, "a") };
  }

  for (const [right, [revoke, grant]] of Object.entries(REVOKES)) {
    test(`${right}: the success is recorded as soon as it is granted again, and no other pod gets the request before`, async () => {
      const { connection, attempt, logged } = await work();
      await database.query(revoke);
      const recorded = succeed(connection, attempt);
      await logged("the database refuses this role").finally(() => database.query(grant));
      assert.equal(await claim(database.connect(), claimParams("b")), undefined);
      await recorded;
      await connection.close();
      const attempts = await database.query("select status, attempt from batch.attempt");
      assert.partialDeepStrictEqual(attempts, [{ status: "SUCCESS", attempt: 1 }]);
    });
  }

  test("and stays revoked ends the pod like an unavailable database, with PostgreSQL's reason", async () => {
    const { connection, attempt } = await work(1);
    await database.query("revoke batch_worker from worker_in_person");
    const failure = { reason: "error", message: "no", final: false } as const;
    await assert.rejects(fail(connection, attempt, failure), {
      name: "DatabaseUnavailableError",
      message: /DATABASE_TIMEOUT_SECONDS \(1\); got permission denied for (schema batch|function .*fail)/,
    });
    await connection.close();
  });
});
