import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connectionOf } from "./database.ts";
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
