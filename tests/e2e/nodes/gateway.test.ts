import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseGateway } from "./gateway.ts";

const network = (...Config: object[]) => JSON.stringify([{ Name: "two", IPAM: { Driver: "default", Config } }]);

describe("the gateway of the nodes' network", () => {
  test("is its IPv4 address", () => {
    const six = { Subnet: "fd00::/64", Gateway: "fd00::1" };
    assert.equal(parseGateway(network(six, { Subnet: "192.0.2.0/24", Gateway: "192.0.2.1" }), "two"), "192.0.2.1");
  });

  for (const text of [network(), network({ Subnet: "192.0.2.0/24" }), network({ Gateway: "fd00::1" }), "[]"]) {
    test(`is reported as missing if there is none: ${text}`, () => {
      assert.throws(() => parseGateway(text, "two"), /^Error: Docker's network two must have a gateway .*; got \[/);
    });
  }
});
