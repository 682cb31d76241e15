import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../testing/database.ts";
import { connectionOf, Database } from "./database.ts";
import { DatabaseAwayError } from "./errors.ts";
import { readDatabaseSettings } from "./settings.ts";

const ENV = { PG_HOST: "postgres.example", PG_USERNAME: "batch_worker" };

test("without PG_CA_FILE there is no TLS", () => {
  assert.ok(!("ssl" in connectionOf(readDatabaseSettings(ENV))));
});

test("with PG_CA_FILE the server must prove itself by what the file holds now", () => {
  const folder = mkdtempSync(join(tmpdir(), "ca-"));
  try {
    const caFile = join(folder, "ca.crt");
    const settings = readDatabaseSettings({ ...ENV, PG_CA_FILE: caFile });
    for (const authority of ["first", "renewed"]) {
      writeFileSync(caFile, authority);
      // Node refuses a wrong certificate, or another host's, unless rejectUnauthorized says otherwise.
      assert.deepEqual(connectionOf(settings).ssl, { ca: authority });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("who answers in the place of a server that is away is waited for, as the server is", async () => {
  const proxy = createServer((client) => client.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;
  const env = { ...ENV, PG_HOST: "127.0.0.1", PG_PORT: String(port), PG_CA_FILE: "/dev/null" };
  const away = new Database({ ...readDatabaseSettings(env), patienceSeconds: 0.2 }, silentLog);
  await assert.rejects(away.run("demand", ["clap", 1, 10]), DatabaseAwayError);
  proxy.close();
});
