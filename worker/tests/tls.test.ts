import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type GenerateResult, generate } from "selfsigned";
import { createFolder } from "../../tests/support/createFolder.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { startPooler } from "../../tests/support/poolers.ts";
import { recordLog } from "../../tests/support/recordLog.ts";
import { startTlsFront } from "../../tests/support/tlsProxy.ts";
import { Database, toClientConfig } from "../src/database.ts";
import { DatabaseUnavailableError } from "../src/errors.ts";
import { noopLog } from "../src/log.ts";
import { readDatabaseSettings } from "../src/settings.ts";

const { name } = await createTestDatabase();
const ENV = { PG_HOST: "postgres.example", PG_USERNAME: "batch_worker" };

test("without PG_CA_FILE and PG_SSLMODE there is no TLS", () => {
  assert.equal(toClientConfig(readDatabaseSettings(ENV)).ssl, false);
});

test("PG_SSLMODE require encrypts; verify-full checks the server by the authorities that Node.js trusts or by PG_CA_FILE", () => {
  const tls = (env: NodeJS.ProcessEnv) => toClientConfig(readDatabaseSettings({ ...ENV, ...env })).ssl;
  assert.deepEqual(tls({ PG_SSLMODE: "require" }), { rejectUnauthorized: false });
  assert.deepEqual(tls({ PG_SSLMODE: "verify-full" }), { rejectUnauthorized: true });
  assert.throws(() => tls({ PG_SSLMODE: "prefer" }), /PG_SSLMODE must be disable, require or verify-full/);
  assert.throws(() => tls({ PG_SSLMODE: "require", PG_CA_FILE: "/ca.crt" }), /must be verify-full with PG_CA_FILE/);
});

test("with PG_CA_FILE the server's certificate is verified by the file's present content", () => {
  const caFile = join(createFolder(), "ca.crt");
  const settings = readDatabaseSettings({ ...ENV, PG_CA_FILE: caFile });
  for (const authority of ["first", "renewed"]) {
    writeFileSync(caFile, authority);
    // Node refuses a wrong certificate, and another host's, too.
    assert.deepEqual(toClientConfig(settings).ssl, { rejectUnauthorized: true, ca: authority });
  }
});

test("a proxy that answers in place of an unavailable server counts as unavailable, too", async () => {
  const port = await startPooler((client) => client.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  const env = { ...ENV, PG_HOST: "127.0.0.1", PG_PORT: String(port), PG_CA_FILE: "/dev/null" };
  const away = new Database({ ...readDatabaseSettings(env), databaseTimeoutSeconds: 0.2 }, noopLog);
  await assert.rejects(away.run("demand", ["clap", 1, 10, 40]), DatabaseUnavailableError);
});

describe("the server's certificate", () => {
  const caFile = join(createFolder(), "ca.crt");
  const localhost = [{ name: "commonName", value: "localhost" }];

  /** A worker's way to a server that shows this certificate. */
  async function databaseBehind(shown: GenerateResult, databaseTimeoutSeconds = 0.2, log = noopLog, more = {}) {
    const port = await startTlsFront(shown.cert, shown.private);
    const env = { PG_HOST: "localhost", PG_PORT: String(port), PG_DATABASE: name, PG_CA_FILE: caFile, ...more };
    return new Database({ ...readDatabaseSettings({ ...process.env, ...env }), databaseTimeoutSeconds }, log);
  }

  test("may be renewed before the authority's file is: the worker waits", async () => {
    const [previous, renewed] = await Promise.all([generate(localhost), generate(localhost)]);
    writeFileSync(caFile, previous.cert);
    const { log, logged } = recordLog();
    const database = await databaseBehind(renewed, 30, log);
    const answer = database.run("demand", ["clap", 1, 10, 40]);
    await logged("self-signed certificate");
    writeFileSync(caFile, renewed.cert);
    assert.deepEqual(await answer, [{ jobs: "0" }]);
    await database.close();
  });

  test("is verified even if the work's environment asks Node.js to verify none", async () => {
    const [trusted, other] = await Promise.all([generate(localhost), generate(localhost)]);
    writeFileSync(caFile, trusted.cert);
    const database = await databaseBehind(other);
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      await assert.rejects(database.run("demand", ["clap", 1, 10, 40]), DatabaseUnavailableError);
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      await database.close();
    }
  });

  test("must have the name PG_SERVER_NAME if that is set, and otherwise the server's host name", async () => {
    const names = [{ name: "commonName", value: "db.shop.svc.cluster.local" }];
    const shown = await generate(names);
    writeFileSync(caFile, shown.cert);
    const connect = async (more: NodeJS.ProcessEnv) => {
      const database = await databaseBehind(shown, 0.2, noopLog, more);
      return await database.run("demand", ["clap", 1, 10, 40]).finally(() => database.close());
    };
    assert.deepEqual(await connect({ PG_SERVER_NAME: "db.shop.svc.cluster.local" }), [{ jobs: "0" }]);
    for (const other of ["", "db.other.svc.cluster.local"])
      await assert.rejects(connect({ PG_SERVER_NAME: other }), /does not match certificate's altnames/);
  });

  test("makes the server unavailable, with the reason, once it has expired", async () => {
    const dates = { notBeforeDate: new Date("2020-01-01"), notAfterDate: new Date("2021-01-01") };
    const expired = await generate(localhost, dates);
    writeFileSync(caFile, expired.cert);
    const database = await databaseBehind(expired);
    await assert.rejects(database.run("demand", ["clap", 1, 10, 40]), {
      name: "DatabaseUnavailableError",
      message: /certificate has expired/,
    });
  });
});
