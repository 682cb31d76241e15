import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type GenerateResult, generate } from "selfsigned";
import { createTestDatabase } from "../../tests/support/database.ts";
import { startTlsFront } from "../../tests/support/tlsProxy.ts";
import { until } from "../../tests/support/until.ts";
import { Database, toClientConfig } from "../src/database.ts";
import { DatabaseUnavailableError } from "../src/errors.ts";
import { createLog, type Log, noopLog } from "../src/log.ts";
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
  const folder = mkdtempSync(join(tmpdir(), "ca-"));
  try {
    const caFile = join(folder, "ca.crt");
    const settings = readDatabaseSettings({ ...ENV, PG_CA_FILE: caFile });
    for (const authority of ["first", "renewed"]) {
      writeFileSync(caFile, authority);
      // Node refuses a wrong certificate, and another host's, too.
      assert.deepEqual(toClientConfig(settings).ssl, { rejectUnauthorized: true, ca: authority });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a proxy that answers in place of an unavailable server counts as unavailable, too", async () => {
  const proxy = createServer((client) => client.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;
  const env = { ...ENV, PG_HOST: "127.0.0.1", PG_PORT: String(port), PG_CA_FILE: "/dev/null" };
  const away = new Database({ ...readDatabaseSettings(env), databaseTimeoutSeconds: 0.2 }, noopLog);
  await assert.rejects(away.run("demand", ["clap", 1, 10, 40]), DatabaseUnavailableError);
  proxy.close();
});

describe("the server's certificate", () => {
  const folder = mkdtempSync(join(tmpdir(), "ca-"));
  const caFile = join(folder, "ca.crt");
  const localhost = [{ name: "commonName", value: "localhost" }];
  after(() => rmSync(folder, { recursive: true }));

  /** A worker's way to a server that shows this certificate. */
  async function databaseBehind(pems: GenerateResult, databaseTimeoutSeconds: number, log: Log): Promise<Database> {
    const port = await startTlsFront(pems.cert, pems.private);
    const env = { PG_HOST: "localhost", PG_PORT: String(port), PG_DATABASE: name, PG_CA_FILE: caFile };
    return new Database({ ...readDatabaseSettings({ ...process.env, ...env }), databaseTimeoutSeconds }, log);
  }

  test("may be renewed before the authority's file is: the worker waits", async () => {
    const [previous, renewed] = await Promise.all([generate(localhost), generate(localhost)]);
    writeFileSync(caFile, previous.cert);
    const said: string[] = [];
    const database = await databaseBehind(
      renewed,
      30,
      createLog({}, (line) => said.push(line)),
    );
    const answer = database.run("demand", ["clap", 1, 10, 40]);
    await until("the certificate is refused", () => said.join("").includes("self-signed certificate"));
    writeFileSync(caFile, renewed.cert);
    assert.deepEqual(await answer, [{ jobs: "0" }]);
    await database.close();
  });

  test("is verified even if the work's environment asks Node.js to verify none", async () => {
    const [trusted, other] = await Promise.all([generate(localhost), generate(localhost)]);
    writeFileSync(caFile, trusted.cert);
    const database = await databaseBehind(other, 0.2, noopLog);
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
    const port = await startTlsFront(shown.cert, shown.private);
    const env = { PG_HOST: "localhost", PG_PORT: String(port), PG_DATABASE: name, PG_CA_FILE: caFile };
    const connect = async (more: NodeJS.ProcessEnv) => {
      const settings = readDatabaseSettings({ ...process.env, ...env, ...more });
      const database = new Database({ ...settings, databaseTimeoutSeconds: 0.2 }, noopLog);
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
    const database = await databaseBehind(expired, 0.2, noopLog);
    await assert.rejects(database.run("demand", ["clap", 1, 10, 40]), (error) => {
      return error instanceof DatabaseUnavailableError && error.message.includes("certificate has expired");
    });
  });
});
