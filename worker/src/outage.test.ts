import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { after, describe, test } from "node:test";
import { TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { createTestDatabase } from "../../tests/support/database.ts";
import { succeed, take } from "../../tests/support/queue.ts";
import { until } from "../../tests/support/until.ts";
import { DatabaseError } from "./createClient.ts";
import { createLog } from "./log.ts";
import { findOutage } from "./outage.ts";
import type { DatabaseSettings } from "./settings.ts";

const database = await createTestDatabase();
const { PG_HOST: socketFolder = "", PG_PORT } = process.env;
const folder = mkdtempSync(join(tmpdir(), "outage-"));
after(() => rmSync(folder, { recursive: true }));
const localhost = await generate([{ name: "commonName", value: "localhost" }]);
const elsewhere = await generate([{ name: "commonName", value: "db.elsewhere" }]);
const caFile = join(folder, "ca.crt");
writeFileSync(caFile, [localhost.cert, elsewhere.cert].join("\n"));

/** Ends the workers' sessions. */
const END_SESSIONS = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and usename = 'batch_worker'`;

/** How a server answers a client's first message. */
type Answer = (client: Socket, first: Buffer) => void;

function connectToServer(): Socket {
  return createConnection(`${socketFolder}/.s.PGSQL.${PG_PORT}`);
}

const forward: Answer = (client, first) => {
  const upstream = connectToServer();
  upstream.write(first);
  pipeline(client, upstream, client, () => undefined);
};

function encrypt({ cert, private: key }: { cert: string; private: string }): Answer {
  return (client) => {
    client.write("S");
    const secure = new TLSSocket(client, { isServer: true, cert, key });
    pipeline(secure, connectToServer(), secure, () => undefined);
  };
}

/** A server that answers otherwise from `change` on, which ends its connections. */
async function startServer(answer: Answer) {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on("error", () => undefined).once("data", (first) => answer(client, first));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  return {
    where: { host: "localhost", port: (server.address() as AddressInfo).port },
    change(next: Answer) {
      answer = next;
      for (const each of open) each.destroy();
      open.clear();
    },
  };
}

/** Finishes work while a connection is prevented, and removes what prevents it once the worker has noticed. */
async function finishMeanwhile(settings: Partial<DatabaseSettings>, prevent: () => unknown, allow: () => unknown) {
  await database.reset();
  await database.query("insert into make_it_clap (duration_seconds) values (1)");
  const said: string[] = [];
  const log = createLog({}, (line) => said.push(line));
  const connection = database.connect("batch_worker", { databaseTimeoutSeconds: 20, ...settings }, log);
  try {
    const attempt = await take(connection, "a");
    await prevent();
    await until("it has lost its connection", () => said.join("").includes("the connection broke"));
    const recorded = succeed(connection, attempt);
    const refused = until("it was refused", () => said.join("").includes("the database is unavailable"));
    await Promise.race([refused, recorded]).finally(allow);
    await recorded;
    assert.partialDeepStrictEqual(await database.query("select status, attempt from batch.attempt"), [
      { status: "SUCCESS", attempt: 1 },
    ]);
  } finally {
    await connection.close();
  }
}

describe("finished work is recorded once a connection is possible again, whatever has prevented it", () => {
  const unprotected = { usual: forward, settings: { sslMode: "disable" } } as const;
  const verified = { usual: encrypt(localhost), settings: { caFile } } as const;
  /** A server's two messages of SCRAM, and between them the client's. */
  const askForPassword: Answer = (client) => {
    client.write(Buffer.from("R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0", "latin1"));
    client.once("data", () => client.write(Buffer.from("R\0\0\0\x0b\0\0\0\x0br=1", "latin1")));
  };
  /** No memory for another session. */
  const refuse: Answer = (client) => {
    const fields = "SFATAL\0VFATAL\0C53200\0Mout of memory\0\0";
    const length = Buffer.alloc(4);
    length.writeInt32BE(4 + fields.length);
    client.once("data", () => client.end(Buffer.concat([Buffer.from("E"), length, Buffer.from(fields)])));
  };
  /** AuthenticationGSS, which node-postgres does not know. */
  const askForTicket: Answer = (client) => client.write(Buffer.from("R\0\0\0\x08\0\0\0\x07", "latin1"));
  for (const [what, { usual, settings }, unusual] of [
    ["a certificate for another name", verified, encrypt(elsewhere)],
    ["a TLS handshake that fails", verified, encrypt({ cert: "", private: "" })],
    ["a server without TLS", verified, (client) => client.end("N")],
    ["a password, of which the worker knows none", unprotected, askForPassword],
    ["a server without memory for another session", unprotected, refuse],
    ["a way to log in that the worker lacks (Kerberos)", unprotected, askForTicket],
  ] satisfies [string, { usual: Answer; settings: Partial<DatabaseSettings> }, Answer][]) {
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
      symlinkSync(socketFolder, host);
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
