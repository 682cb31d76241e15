import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import dns from "node:dns";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, mock, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { connectDirectly } from "./connectDirectly.ts";
import { createClient } from "./createClient.ts";
import { findOutage } from "./outage.ts";

const database = await createTestDatabase();

/** In front of the tests' server; accepts no connection for half a second after it was written to. */
const SLOW_PROXY = `
  import { connect, createServer } from "node:net";
  const server = createServer((client) => {
    const upstream = connect(process.env.PG_HOST + "/.s.PGSQL." + process.env.PG_PORT);
    for (const each of [client, upstream]) each.on("error", () => undefined);
    client.pipe(upstream).pipe(client);
  });
  server.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => console.log(server.address().port));
  process.stdin.once("data", () => {
    console.log("busy");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  });`;

test("a server that is slow to accept is reached although its name has another address, at which there is none", async () => {
  const slow = spawn(process.execPath, ["--input-type=module", "--eval", SLOW_PROXY], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  after(() => slow.kill());
  const port = Number(String((await once(slow.stdout, "data"))[0]));
  slow.stdin.write("be busy");
  await once(slow.stdout, "data");
  // The kernel accepts two, and answers the next one when its client asks again, after a second.
  const others: Socket[] = [];
  after(() => {
    for (const each of others) each.destroy();
  });
  for (let n = 0; n < 6; n++) others.push(connect(port, "127.0.0.1").on("error", () => undefined));
  await until("the queue is full", () => others.filter(({ readyState }) => readyState === "open").length >= 2);

  const found = ["127.0.0.1", "127.0.0.2"].map((address) => ({ address, family: 4 }));
  mock.method(dns, "lookup", (_name: string, _options: object, done: (...answer: unknown[]) => void) =>
    done(null, found),
  );
  const worker = database.connect(undefined, { host: "db.example", port, databaseTimeoutSeconds: 0.1 });
  assert.deepEqual(await worker.run("demand", ["clap", 1, 10, 40]), [{ jobs: "0" }]);
  await worker.close();
});

test("a connection whose host name no name server resolves in time says so, and a worker repeats it", async (t) => {
  t.mock.method(dns, "lookup", () => undefined);
  const config = { host: "silent.example", user: "a", database: "b" };
  const client = createClient({ ...config, connectionTimeoutMillis: 100 });
  const message = "no address of silent.example within 0.1 s; check DNS: the name servers may not answer";
  await assert.rejects(client.connect(), (error: Error) => {
    assert.equal(error.message, message);
    return findOutage(error, false) === "unavailable";
  });
  await assert.rejects(connectDirectly(config), {
    name: "NoAnswerError",
    message: `cannot connect to silent.example:5432: ${message.replace("0.1", "10")}`,
  });
});
