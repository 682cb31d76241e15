import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { load } from "js-yaml";
import { SCHEMA_FILE } from "./schema.ts";

interface Type {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Type>>;
  readonly inputProperties?: Readonly<Record<string, Type>>;
  readonly required?: readonly string[];
  readonly requiredInputs?: readonly string[];
  readonly items?: Type;
}

const schema = JSON.parse(readFileSync(SCHEMA_FILE, "utf8")) as Record<"resources" | "types", Record<string, Type>>;
const example = (path: string) => readFileSync(new URL(`../examples/consumers/${path}`, import.meta.url), "utf8");

/** The unknown and the missing keys of a value. */
function wrongKeys(type: Type | undefined, value: unknown, path: string): string[] {
  if (type === undefined) return [`${path} is unknown`];
  const referred = type.$ref?.startsWith("#/types/") ? schema.types[type.$ref.slice("#/types/".length)] : type;
  if (Array.isArray(value)) return value.flatMap((item, index) => wrongKeys(type.items, item, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  const properties = referred?.inputProperties ?? referred?.properties ?? {};
  const missing = (referred?.requiredInputs ?? referred?.required ?? []).filter((key) => !(key in value));
  return [
    ...missing.map((key) => `${path}.${key} is missing`),
    ...Object.entries(value).flatMap(([key, inner]) => wrongKeys(properties[key], inner, `${path}.${key}`)),
  ];
}

describe("the YAML example", () => {
  const program = load(example("yaml/Pulumi.yaml")) as {
    readonly resources: Record<string, { readonly type: string; readonly properties: object }>;
  };

  for (const [name, { type, properties }] of Object.entries(program.resources)) {
    test(`${name} has exactly the keys that its component's schema allows and requires`, () => {
      const resource = schema.resources[type.replace(":", ":index:")];
      assert.ok(resource, type);
      assert.deepEqual(wrongKeys(resource, properties, name), []);
    });
  }

  test("detects a wrong key", () => {
    const keda = schema.resources["postgres-batch:index:Keda"];
    assert.deepEqual(wrongKeys(keda, { existing: { name: "keda" } }, "keda"), [
      "keda.existing.namespace is missing",
      "keda.existing.name is unknown",
    ]);
  });

  test("refers only to existing outputs", () => {
    for (const [, name = "", output = ""] of JSON.stringify(program).matchAll(/\$\{(\w+)\.(\w+)\}/g)) {
      const type = program.resources[name]?.type.replace(":", ":index:") ?? "";
      assert.ok(schema.resources[type]?.properties?.[output], `${name}.${output}`);
    }
  });
});

describe("the Python example", () => {
  const program = example("python/__main__.py");
  const [, sharedKeys = ""] = /shared = \{([\s\S]*?)\n\}/.exec(program) ?? [];
  const shared = [...sharedKeys.matchAll(/"(\w+)":/g)].map(([, key = ""]) => key);
  const calls = [...program.matchAll(/batch\.(\w+)\(([\s\S]*?)\n?\)\n/g)];

  for (const [, component = "", body = ""] of calls) {
    test(`${component} has exactly the keys that its schema allows and requires`, () => {
      const named = [...body.matchAll(/(?:^ {4}|, )(\w+)=/gm)].map(([, key = ""]) => key);
      const given = named.filter((key) => key !== "opts");
      const keys = [...given, ...(body.includes("**shared") ? shared : [])];
      const { inputProperties = {}, requiredInputs = [] } = schema.resources[`postgres-batch:index:${component}`] ?? {};
      const pythonName = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const unknown = keys.filter((key) => !Object.keys(inputProperties).map(pythonName).includes(key));
      const missing = requiredInputs.filter((key) => !keys.includes(pythonName(key)));
      assert.deepEqual([unknown, missing], [[], []]);
    });
  }

  test("creates the same components as the other examples", () => {
    const created = calls.map(([, component]) => component);
    assert.deepEqual(created, ["Keda", "Postgres", "SchemaMigration", "BatchScaledJob"]);
  });
});
