import assert from "node:assert/strict";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type StatementName, statement } from "./statement.ts";

const worker = fileURLToPath(new URL("../", import.meta.url));
const names = readdirSync(new URL("../../../sql/statements/", import.meta.url))
  .map((file) => file.replace(/\.sql$/, "") as StatementName)
  .sort();

/** The module of a statement: `announce_stop` is run by `announceStop.ts`. */
function moduleName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The statements that a module of the worker runs: `run<Row>("claim", ...)`. */
function askedFor(module: string): string[] {
  const text = readFileSync(`${worker}${module}`, "utf8");
  return [...text.matchAll(/\brun(?:<[^>]+>)?\(\s*"(\w+)"/g)].map(([, name]) => name ?? "");
}

describe("every statement", () => {
  test("is run by the one function of its module, and nowhere else in the worker", () => {
    const modules = globSync("**/*.ts", { cwd: worker }).filter((file) => !file.endsWith(".test.ts"));
    const asking = modules.sort().flatMap((module) => askedFor(module).map((name) => `${module}: ${name}`));
    const expected = names.map((name) => `queue/${moduleName(name)}.ts: ${name}`);
    assert.deepEqual(asking, expected);
  });

  for (const name of names) {
    test(`${name} has its test beside it`, () => {
      assert.ok(existsSync(new URL(`${moduleName(name)}.test.ts`, import.meta.url)));
    });

    test(`${name} opens with its purpose`, () => {
      assert.match(statement(name).text, /^-- [A-Z]/);
    });
  }
});
