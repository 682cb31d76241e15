import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { scramVerifier } from "./scram.ts";

const database = await createTestDatabase();

async function getStoredVerifier(password: string): Promise<string> {
  await database.query(`alter role scram_test password '${password}'`);
  const rows = await database.query<{ rolpassword: string }>(
    "select rolpassword from pg_authid where rolname = 'scram_test'",
  );
  return rows[0]?.rolpassword ?? "";
}

test("a password's verifier is the one PostgreSQL computes, and PostgreSQL stores it unchanged", async () => {
  await database.query("create role scram_test");
  after(() => database.query("drop role scram_test"));
  const kept = await getStoredVerifier("a password, of sorts 123");
  const [, salt = ""] = /^SCRAM-SHA-256\$4096:([^$]+)\$/.exec(kept) ?? [];
  assert.equal(scramVerifier("a password, of sorts 123", Buffer.from(salt, "base64")), kept);
  assert.notEqual(scramVerifier("another"), scramVerifier("another"));
  const ours = scramVerifier("another");
  assert.equal(await getStoredVerifier(ours), ours);
});
