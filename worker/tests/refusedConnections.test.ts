import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import pg from "pg";
import { createTestDatabase, TEMPLATE_DATABASE } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { Database } from "../src/database.ts";
import { createLog } from "../src/log.ts";

const database = await createTestDatabase();
const { PG_HOST: host = "", PG_PORT, PG_USERNAME: superuser = "" } = process.env;
/** A connection to another database. */
const admin = new pg.Client({ host, port: Number(PG_PORT), user: superuser, database: "postgres" });
await admin.connect();
after(() => admin.end());

/** A connection of a role to a database, and what it logs. */
function connect(user: string, name: string) {
  const said: string[] = [];
  const settings = { host, port: Number(PG_PORT), user, password: undefined, name, databaseTimeoutSeconds: 20 };
  const connection = new Database(
    settings,
    createLog({}, (line) => said.push(line)),
  );
  return {
    connection,
    refused: () => until("it was refused", () => said.join("").includes("the database is unavailable")),
  };
}

describe("what PostgreSQL answers to a connection is waited for, since administrators keep clients away like this", () => {
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
      const asked = kept.connection.run("demand", ["clap", 1, 10]);
      await kept.refused().finally(() => client.query(after));
      assert.deepEqual(await asked, [{ jobs: "0" }]);
      await kept.connection.close();
      await database.query("drop role kept_out");
    });
  }

  test("a database that does not exist for a moment", async () => {
    const name = `${database.name}_restored`;
    const missing = connect(superuser, name);
    const asked = missing.connection.run("demand", ["clap", 1, 10]);
    await missing.refused();
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
