import assert from "node:assert/strict";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { describe, test } from "node:test";
import { generate } from "selfsigned";
import { createFolder } from "../../tests/support/createFolder.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { connectToServer, type Serve, startPooler } from "../../tests/support/poolers.ts";
import { succeed, take } from "../../tests/support/queue.ts";
import { recordLog } from "../../tests/support/recordLog.ts";
import { encrypt } from "../../tests/support/tlsProxy.ts";
import { DatabaseError } from "./createClient.ts";
import { findOutage } from "./outage.ts";
import type { DatabaseSettings } from "./settings.ts";

const database = await createTestDatabase();
const folder = createFolder();
const localhost = await generate([{ name: "commonName", value: "localhost" }]);
const elsewhere = await generate([{ name: "commonName", value: "db.elsewhere" }]);
const caFile = join(folder, "ca.crt");
writeFileSync(caFile, [localhost.cert, elsewhere.cert].join("\n"));

/** Ends the workers' sessions. */
const END_SESSIONS = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and usename = 'batch_worker'`;

const forward: Serve = (client, first) => {
  const upstream = connectToServer();
  upstream.write(first);
  pipeline(client, upstream, client, () => undefined);
};

/** A server that serves its clients otherwise from `change` on, which ends its connections. */
async function startServer(serve: Serve) {
  const open = new Set<Socket>();
  const port = await startPooler((client, first) => {
    open.add(client);
    serve(client, first);
  });
  return {
    where: { host: "localhost", port },
    change(next: Serve) {
      serve = next;
      for (const each of open) each.destroy();
      open.clear();
    },
  };
}

/** Finishes work while a connection is prevented, and removes what prevents it once the worker has noticed. */
async function finishMeanwhile(settings: Partial<DatabaseSettings>, prevent: () => unknown, allow: () => unknown) {
  await database.reset(1);
  const { log, logged } = recordLog();
  const connection = database.connect("batch_worker", { databaseTimeoutSeconds: 20, ...settings }, log);
  try {
    const attempt = await take(connection, "a");
    await prevent();
    await logged("the connection broke");
    const recorded = succeed(connection, attempt);
    await Promise.race([logged("the database is unavailable"), recorded]).finally(allow);
    await recorded;
    const attempts = await database.query("select status, attempt from batch.attempt");
    assert.partialDeepStrictEqual(attempts, [{ status: "SUCCESS", attempt: 1 }]);
  } finally {
    await connection.close();
  }
}

describe("finished work is recorded once a connection is possible again, whatever has prevented it", () => {
  const unprotected = { usual: forward, settings: { sslMode: "disable" } } as const;
  const verified = { usual: encrypt(localhost.cert, localhost.private), settings: { caFile } } as const;
  /** A server's two messages of SCRAM, and between them the client's. */
  const askForPassword: Serve = (client) => {
    client.write(Buffer.from("R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0", "latin1"));
    client.once("data", () => client.write(Buffer.from("R\0\0\0\x0b\0\0\0\x0br=1", "latin1")));
  };
  /** No memory for another session. */
  const refuse: Serve = (client) => {
    const fields = "SFATAL\0VFATAL\0C53200\0Mout of memory\0\0";
    const length = Buffer.alloc(4);
    length.writeInt32BE(4 + fields.length);
    client.once("data", () => client.end(Buffer.concat([Buffer.from("E"), length, Buffer.from(fields)])));
  };
  /** AuthenticationGSS, which node-postgres does not know. */
  const askForTicket: Serve = (client) => client.write(Buffer.from("R\0\0\0\x08\0\0\0\x07", "latin1"));
  for (const [what, { usual, settings }, unusual] of [
    ["a certificate for another name", verified, encrypt(elsewhere.cert, elsewhere.private)],
    ["a TLS handshake that fails", verified, encrypt("", "")],
    ["a server without TLS", verified, (client) => client.end("N")],
    ["a password, of which the worker knows none", unprotected, askForPassword],
    ["a server without memory for another session", unprotected, refuse],
    ["a way to log in that the worker lacks (Kerberos)", unprotected, askForTicket],
  ] satisfies [string, { usual: Serve; settings: Partial<DatabaseSettings> }, Serve][]) {
    test(what, async () => {
      const { where, change } = await startServer(usual);
      await finishMeanwhile(
        { ...where, ...settings },
        () => change(unusual),
        () => change(usual),
      );
    });
  }

  test("an error of the machine, which may be any", async () => {
    const host = join(folder, "socket");
    const allow = () => {
      rmSync(host, { force: true });
      symlinkSync(process.env.PG_HOST ?? "", host);
    };
    allow();
    const prevent = async () => {
      rmSync(host);
      writeFileSync(host, "no folder: ENOTDIR");
      await database.query(END_SESSIONS);
    };
    await finishMeanwhile({ host }, prevent, allow);
  });

  for (const code of ["25P02", "25P03", "25P04", "53400", "57P05"]) {
    test(`a session that the server limits (${code})`, async () => {
      const prevent = () =>
        database.query(`
          create function limited() returns trigger language plpgsql as $$ begin raise exception using errcode = '${code}'; end $$;
          create trigger limited before insert on batch.history execute function limited();
          ${END_SESSIONS}`);
      await finishMeanwhile({}, prevent, () => database.query("drop function limited cascade"));
    });
  }
});

test("a server that gives out no transaction numbers, since it must be vacuumed, is unavailable; a value that is too large is not", () => {
  const refused = (routine: string) =>
    findOutage(Object.assign(new DatabaseError("refused", 0, "error"), { code: "54000", routine }), true);
  assert.deepEqual(["GetNewTransactionId", "GetNewMultiXactId", "JsonbToCString"].map(refused), [
    "unavailable",
    "unavailable",
    undefined,
  ]);
});
