import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { checkRegistry, inFolder, readRegistry, readTags } from "./registry.ts";

describe("the registry", () => {
  const server = createServer(({ url }, response) => {
    if (url === "/v2/") return response.end("{}");
    if (url === "/v2/run/worker/tags/list") return response.end('{"name":"run/worker","tags":["a1"]}');
    response.writeHead(404).end('{"errors":[]}');
  });
  let registry = "";
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  test("is this machine's, which nodes reach at the gateway, unless the stack's image names another", () => {
    const own = { registry: "localhost:5000", pullRegistry: "192.0.2.1:5000" };
    assert.deepEqual(readRegistry(undefined, "192.0.2.1"), own);
    assert.deepEqual(readRegistry('{"build":{"registry":"r.example/team"}}', "192.0.2.1"), {
      registry: "r.example/team",
      pullRegistry: "r.example/team",
    });
  });

  test("must answer", async () => {
    await checkRegistry({ registry, pullRegistry: registry });
    const closed = { registry: "127.0.0.1:1", pullRegistry: "" };
    await assert.rejects(
      checkRegistry(closed),
      /^Error: a registry must answer at http:\/\/127.0.0.1:1\/v2\/ .*; got .+/,
    );
  });

  test("lists the tags of an image in a folder", async () => {
    const folder = inFolder({ registry, pullRegistry: registry }, "run");
    assert.deepEqual(await readTags(folder, "worker"), ["a1"]);
    assert.deepEqual(await readTags(folder, "runner"), []);
  });
});
