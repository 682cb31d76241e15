import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import ts from "typescript";
import * as components from "./package.ts";
import { inferSchema, SCHEMA_FILE } from "./schema.ts";

interface Property {
  readonly description?: string;
  readonly optional?: boolean;
  readonly items?: { readonly $ref?: string; readonly plain?: boolean };
}

interface Schema {
  readonly types: Readonly<Record<string, object>>;
  readonly resources: Readonly<
    Record<
      string,
      { readonly inputProperties: Record<string, Property>; readonly properties: Record<string, Property> }
    >
  >;
}

const committed = readFileSync(SCHEMA_FILE, "utf8");
const { resources, types } = JSON.parse(committed) as Schema;

const { text, program } = inferSchema();

test("every file of the project has correct types (npm run typecheck finds the same)", () => {
  const host = { getCurrentDirectory: () => "", getCanonicalFileName: (name: string) => name, getNewLine: () => "\n" };
  assert.ok(program.getRootFileNames().some((name) => name.endsWith("/components/schema.test.ts")));
  assert.equal(ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), host), "");
});

describe("the components' schema", () => {
  test("equals the committed one (update it with npm run componentSchema, and CHANGELOG.md)", () => {
    assert.equal(text, committed);
  });

  test("contains every component, and describes every argument and output", () => {
    const tokens = Object.keys(components).map((name) => `postgres-batch:index:${name}`);
    assert.deepEqual(Object.keys(resources).sort(), tokens.sort());
    for (const [token, { inputProperties, properties }] of Object.entries(resources)) {
      for (const [name, { description }] of Object.entries({ ...properties, ...inputProperties }))
        assert.ok((description ?? "").length > 5, `${token}.${name}`);
    }
  });
});

describe("an SDK in Go", () => {
  test("compiles: its generator omits the types of objects in a list that only takes plain ones", () => {
    for (const [token, { inputProperties }] of Object.entries(resources))
      for (const [name, { items }] of Object.entries(inputProperties))
        assert.ok(!(items?.$ref && items.plain), `${token}.${name} must be a list of inputs`);
  });
});

describe("the components' arguments", () => {
  const folder = new URL(".", import.meta.url);
  const isPublic = (name: string) =>
    Object.keys(components).includes(name.replace(/Args$/, "")) || `postgres-batch:index:${name}` in types;
  const interfaces = readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .flatMap((file) => [...readFileSync(new URL(file, folder), "utf8").matchAll(/^export interface (\w+)[\s\S]*?^}/gm)])
    .filter(([, name = ""]) => isPublic(name));

  test("state a default for each optional one", () => {
    assert.ok(interfaces.length > 15);
    for (const [text, name] of interfaces) {
      for (const [, property] of text.matchAll(/(?<!@default .*\n\s+\*\/\n(?:\s+\/\/.*\n)?)^ {2}readonly (\w+)\?:/gm))
        assert.fail(`${name}.${property} has no @default`);
    }
  });
});
