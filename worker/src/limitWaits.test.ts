import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { until } from "../../tests/support/until.ts";
import { connectDirectly } from "./connectDirectly.ts";
import { limitWaits } from "./limitWaits.ts";
import { noopLog } from "./log.ts";

const { client: direct, name, query } = await createTestDatabase();
const { host, port, user } = direct;
const config = { host, port, user, database: name };

/** Sessions that have looked at another one for `ms` after its statement began. */
const LOOKED = `
  select from pg_stat_activity o join pg_stat_activity w on w.datname = o.datname and w.query = 'select pg_sleep(600)'
  where o.datname = current_database() and o.query like '%pg_blocking_pids%' and o.pid <> pg_backend_pid()
    and o.query_start > w.query_start + $1 * interval '1 ms'`;

describe("a statement", { timeout: 60_000, concurrency: true }, () => {
  test("that the server executes is waited for, however long it takes", async () => {
    const client = await connectDirectly(config);
    const limits = { lockMs: 200, answerMs: 100, silenceMs: 100 };
    const work = () => client.query("select pg_sleep(600)");
    const ended = assert.rejects(limitWaits(config, client, noopLog, work, limits), /canceling statement/);
    await Promise.race([ended, until("it was looked at", async () => (await query(LOOKED, [1_000])).length > 0)]);
    await query("select pg_cancel_backend(pid) from pg_stat_activity where query = 'select pg_sleep(600)'");
    await ended;
    await client.end();
  });

  test("of which nothing is heard, nor of a second connection, fails with a message that says so", async () => {
    const proxy = await createProxy();
    const behind = { ...config, ...proxy.address };
    const client = await connectDirectly(behind);
    const work = () => {
      proxy.stall();
      return client.query("select 1");
    };
    await assert.rejects(limitWaits(behind, client, noopLog, work, { lockMs: 200, silenceMs: 1_000 }), {
      name: "NoAnswerError",
      message:
        "cannot change the database: the server has answered neither the statement nor a second connection for 1 s. " +
        "Check the server, and the proxy or network in between, and try again",
    });
    await client.end();
  });

  test("without an answer is not waited for longer because the login acts as a role that may not see its sessions", async () => {
    const [owner, login] = ["owner_of_limit_waits_test", "login_of_limit_waits_test"];
    await query(`create role ${owner}; create role ${login} login noinherit in role ${owner}`);
    await query(`alter role ${login} set role = ${owner}`);
    const proxy = await createProxy();
    const behind = { ...config, ...proxy.address, user: login };
    const client = await connectDirectly(behind);
    void proxy.withholdAnswer("select 1");
    const work = () => client.query("select 1");
    const limits = { lockMs: 200, answerMs: 100 };
    await assert.rejects(limitWaits(behind, client, noopLog, work, limits), { name: "NoAnswerError" });
    await client.end();
    await query(`drop role ${login}; drop role ${owner}`);
  });
});
