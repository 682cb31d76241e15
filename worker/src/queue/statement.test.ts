import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { statement } from "./statement.ts";

const names = readdirSync(new URL("../../../sql/statements/", import.meta.url)).map((file) => file.replace(".sql", ""));

test("every statement file has one function that runs it, and a text under its own name", () => {
  for (const name of names as Parameters<typeof statement>[0][]) {
    assert.ok(existsSync(new URL(`${name}.ts`, import.meta.url)), `worker/src/queue/${name}.ts`);
    assert.equal(statement(name).name, name);
    assert.match(statement(name).text, /^-- /, "it opens with what it is for");
  }
});
