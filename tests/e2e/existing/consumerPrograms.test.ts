import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { CONSUMER_PROGRAMS } from "./consumerPrograms.ts";

test("the programs of npm run e2e -- consumer are all examples of consumers", () => {
  const examples = readdirSync(new URL("../../../examples/consumers", import.meta.url));
  assert.deepEqual(CONSUMER_PROGRAMS.map(({ name }) => name).sort(), examples.sort());
});
