import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { demand, succeed, take } from "../../tests/support/queue.ts";
import { noopLog } from "./log.ts";
import { migrate } from "./migrate.ts";
import { type MigrationFiles, readMigrationFiles, type SqlFunction } from "./migrationFiles.ts";

const FILES = readMigrationFiles();
const database = await createTestDatabase();

function sqlFunction(name: string, text: string): SqlFunction {
  return { name, text, hash: createHash("sha256").update(text).digest("hex") };
}

/** A file of sql/functions, with a comment at its end. */
function changed(name: string, comment: string): SqlFunction {
  return sqlFunction(name, `${FILES.functions.find((file) => file.name === name)?.text}\n-- ${comment}`);
}

/** The real files plus additional functions. */
function filesWith(...more: readonly SqlFunction[]): MigrationFiles {
  const names = more.map(({ name }) => name);
  return { ...FILES, functions: [...FILES.functions.filter(({ name }) => !names.includes(name)), ...more] };
}

const PROBE = (head: string, body: string) =>
  sqlFunction("probe", `create or replace function batch.probe${head} language sql as $$ ${body} $$;`);

async function signatures(): Promise<string[]> {
  const rows = await database.query<{ signature: string }>(
    `select pg_get_function_identity_arguments(oid) || ' -> ' || pg_get_function_result(oid) as signature
     from pg_proc where pronamespace = 'batch'::regnamespace and proname = 'probe' order by 1`,
  );
  return rows.map(({ signature }) => signature);
}

const apply = (...more: readonly SqlFunction[]) => migrate(database.client, noopLog, filesWith(...more));

describe("a file of sql/functions", () => {
  before(() => apply());

  test("that is new creates its function, for its owner alone", async () => {
    await apply(PROBE("(p_one integer) returns integer", "select 1"));
    assert.deepEqual(await signatures(), ["p_one integer -> integer"]);
    const rights = `select pg_get_userbyid(proowner) as owner, has_function_privilege('batch_worker', oid, 'execute') as worker
      from pg_proc where proname = 'probe'`;
    assert.deepEqual(await database.query(rights), [{ owner: "batch_owner", worker: false }]);
  });

  for (const [what, head, signature] of [
    ["another body", "(p_one integer) returns integer", "p_one integer -> integer"],
    ["a renamed parameter", "(p_uno integer) returns integer", "p_uno integer -> integer"],
    ["another result", "(p_uno integer) returns bigint", "p_uno integer -> bigint"],
    ["other parameters", "(p_uno text, p_due text) returns text", "p_uno text, p_due text -> text"],
    ["a default", "(p_uno text, p_due text default 'x') returns text", "p_uno text, p_due text -> text"],
    ["one default fewer", "(p_uno text, p_due text) returns text", "p_uno text, p_due text -> text"],
    ["rows", "(p_uno text) returns table (a integer)", "p_uno text -> TABLE(a integer)"],
  ] as const) {
    test(`with ${what} replaces the function; no earlier version stays`, async () => {
      await apply(PROBE(head, "select null where false"));
      assert.deepEqual(await signatures(), [signature]);
    });
  }

  test("that did not change is not created again", async () => {
    const stored = "select name, xmin from batch.function order by 1";
    const before = await database.query(stored);
    await apply(PROBE("(p_uno text) returns table (a integer)", "select null where false"));
    assert.deepEqual(await database.query(stored), before);
  });

  test("whose function was dropped creates it again, and the worker and the scaling query may call it", async () => {
    await database.query("drop function batch.claim, batch.demand, batch.key_column, batch.call_reader cascade");
    await apply();
    await database.insert();
    await demand(database.connect("batch_scaler"), { kind: "clap", requestsPerJob: 1, maxReplicaCount: 10 });
    const worker = database.connect("batch_worker");
    await succeed(worker, await take(worker, "dropped"));
  });

  test("leaves one function, also after a dump of another version was restored over the database", async () => {
    const [file, other] = [
      PROBE("(p_uno text) returns text", "select 'this'"),
      PROBE("(p_uno text, p_due text default 'x') returns text", "select 'other'"),
    ];
    await apply(file);
    await database.query(`set role batch_owner; ${other.text}; reset role`);
    await apply(file);
    assert.deepEqual(await database.query("select batch.probe('x')"), [{ probe: "this" }]);
    assert.deepEqual(await signatures(), ["p_uno text -> text"]);
    await database.query(`set role batch_owner; ${other.text}; reset role`);
    await apply(PROBE("(p_uno text) returns text", "select 'changed'"));
    assert.deepEqual(await database.query("select batch.probe('x')"), [{ probe: "changed" }]);
  });

  test("that is removed drops its function", async () => {
    await apply();
    assert.deepEqual(await signatures(), []);
    assert.deepEqual(await database.query("select from batch.function where name = 'probe'"), []);
  });

  for (const [what, ...later] of [
    ["is removed"],
    ["gets other parameters", PROBE("(p_uno text, p_due text) returns text", "select 'other'")],
    ["gets another result", PROBE("(p_uno text) returns integer", "select 1")],
  ] as const) {
    test(`that ${what} is refused while something of yours uses its function, by the names of both, and with the way out`, async () => {
      await apply(PROBE("(p_uno text) returns text", "select 'this'"));
      await database.query("create view uses as select batch.probe('x') as probe");
      await assert.rejects(apply(...later), {
        message:
          /cannot drop batch\.probe\(text\), which this version replaces: view uses depends on function batch\.probe\(text\)\. Drop what depends on it, migrate, and create that again/,
      });
      assert.deepEqual(await database.query("select probe from uses"), [{ probe: "this" }]);
      await database.query("drop view uses");
      await apply(...later);
      await apply();
    });
  }

  test("takes one round trip: the first migration over a slow network takes seconds", async (t) => {
    const count = async (...more: readonly SqlFunction[]) => {
      const queries = t.mock.method(database.client, "query");
      await apply(...more);
      queries.mock.restore();
      return queries.mock.callCount();
    };
    const [one, two, three] = ["one", "two", "three"].map((name) =>
      sqlFunction(`probe_${name}`, `create function batch.probe_${name}() returns integer language sql as 'select 1'`),
    ) as [SqlFunction, SqlFunction, SqlFunction];
    const forOne = await count(one);
    assert.equal(await count(one, two, three), forOne + 1);
  });

  test("that is wrong is refused by name, and changes no function", async () => {
    for (const [text, message] of [
      ["create or replace function batch.probe() returns nothing", /sql\/functions\/probe\.sql: /],
      ["select 1", /must create the function batch\.probe \(it is named after it\); got none/],
      [
        "create function batch.other() returns integer language sql as 'select 1'",
        /must create the function batch\.probe/,
      ],
    ] as const) {
      const file = sqlFunction("probe", text);
      await assert.rejects(apply(changed("backoff", "changed"), file), { message });
      assert.deepEqual(await signatures(), []);
      const hash = FILES.functions.find(({ name }) => name === "backoff")?.hash;
      assert.deepEqual(await database.query("select hash from batch.function where name = 'backoff'"), [{ hash }]);
    }
  });

  test("that changes a trigger function keeps its triggers", async () => {
    await apply(changed("enqueue", "changed"));
    await database.insert();
    assert.equal((await database.query("select from batch.queue")).length, 1);
    await apply();
    await database.reset();
  });
});

describe("several processes at once", () => {
  test("that apply the same change succeed, and it is applied", async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => database.open()));
    const probe = PROBE("() returns integer", "select 6");
    await Promise.all(clients.map((client) => migrate(client, noopLog, filesWith(probe))));
    assert.deepEqual(await database.query("select batch.probe() as six"), [{ six: 6 }]);
    await apply();
  });

  test("workers continue while their functions are replaced", async () => {
    await database.insert(200);
    const migrator = await database.open();
    let working = true;
    const replacing = (async () => {
      for (let round = 0; working; round++) {
        const names = ["claim", "read_keys", "succeed", "end_attempt"];
        await migrate(migrator, noopLog, filesWith(...names.map((name) => changed(name, `round ${round}`))));
      }
    })();
    await Promise.all(
      Array.from({ length: 4 }, async (_, index) => {
        const worker = database.connect();
        for (let job = 0; job < 50; job++) {
          await succeed(worker, await take(worker, `w${index}-${job}`));
        }
      }),
    );
    working = false;
    await replacing;
    assert.equal((await database.query("select from clap where status = 'SUCCESS'")).length, 200);
  });
});
