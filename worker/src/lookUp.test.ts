import assert from "node:assert/strict";
import dns from "node:dns";
import { mock, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { succeed, take } from "../../tests/support/queue.ts";
import { DatabaseUnavailableError } from "./errors.ts";

const database = await createTestDatabase();
const { port } = (await createProxy()).address;

/** What the system answers about every name. */
let problem: "EAI_AGAIN" | "ENOTFOUND" | undefined;
mock.method(dns, "lookup", (_name: string, _options: object, done: (...answer: unknown[]) => void) => {
  if (problem === undefined) done(null, [{ address: "127.0.0.1", family: 4 }]);
  else done(Object.assign(new Error(`getaddrinfo ${problem}`), { code: problem }));
});

test("while the name server fails, a worker connects again to the addresses that its database had before", async () => {
  await database.insert();
  const worker = database.connect(undefined, { host: "db.example", port, databaseTimeoutSeconds: 2 });
  const attempt = await take(worker, "a");
  problem = "EAI_AGAIN";
  await database.endWorkerSessions();
  await succeed(worker, attempt);
  assert.deepEqual(await database.query("select status from clap_attempt"), [{ status: "SUCCESS" }]);
  await worker.close();
});

test("a name that exists no more is not looked for at the addresses that it had", async () => {
  problem = undefined;
  const ask = async () => {
    const worker = database.connect(undefined, { host: "gone.example", port, databaseTimeoutSeconds: 0.2 });
    await worker.run("demand", ["clap", 1, 10, 40]).finally(() => worker.close());
  };
  await ask();
  problem = "ENOTFOUND";
  await assert.rejects(ask(), (error) => error instanceof DatabaseUnavailableError && /ENOTFOUND/.test(error.message));
});
