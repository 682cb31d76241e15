import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ServerPod } from "./serverPod.ts";

const WHERE = { namespace: "data", pod: "server", host: "server.data", database: "shop" };

/** What a call of kubectl gets; it answers `in`. */
function fake(fails = false): { readonly server: ServerPod; readonly calls: { args: string; input: string }[] } {
  const calls: { args: string; input: string }[] = [];
  const server = new ServerPod(WHERE, async (args, input = "") => {
    calls.push({ args: args.join(" "), input });
    if (fails) throw new Error("password authentication failed");
    return "in\n";
  });
  return { server, calls };
}

describe("a PostgreSQL in the cluster", () => {
  test("runs statements in the batches' database, by the psql of its pod", async () => {
    const { server, calls } = fake();
    await server.psql("select 1");
    assert.equal(calls[0]?.input, "select 1");
    assert.match(calls[0]?.args ?? "", /^exec -i -n data server -c postgresql -- .* psql -h 127.0.0.1 .* -d shop /);
  });

  test("is logged in to over the network, with a password that is in no command line", async () => {
    const { server, calls } = fake();
    assert.equal(await server.tryLogIn({ user: "worker", password: "hush", sslmode: "require" }), "in");
    assert.match(calls[0]?.args ?? "", /"host=server.data dbname=shop user=worker sslmode=require"/);
    assert.deepEqual([calls[0]?.args.includes("hush"), calls[0]?.input], [false, "hush\n"]);
  });

  test("says why a log-in is refused", async () => {
    const { server } = fake(true);
    const said = await server.tryLogIn({ user: "worker", password: "x", sslmode: "require" });
    assert.equal(said, "password authentication failed");
  });

  test("outlives the stack where it was there before, with a password that the stack is given", () => {
    const kubectl = async () => "";
    const servers = [new ServerPod(WHERE, kubectl), new ServerPod({ ...WHERE, passwords: ["hush"] }, kubectl)];
    assert.deepEqual(
      servers.map(({ outlivesStack }) => outlivesStack),
      [false, true],
    );
  });

  test("restarts by the deletion of its pod", async () => {
    const { server, calls } = fake();
    await server.restart();
    assert.equal(calls[0]?.args, "delete pod server -n data --wait=false");
  });
});
