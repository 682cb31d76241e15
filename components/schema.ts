import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import * as components from "./package.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The committed schema. */
export const SCHEMA_FILE = new URL("schema.json", import.meta.url);

/** The parts of Pulumi's provider host that infer a schema; Pulumi exports no types for them. */
interface Inference {
  readonly Analyzer: new (
    folder: string,
    name: string,
    manifest: object,
    components: ReadonlySet<string>,
  ) => { analyze(): Record<"components" | "typeDefinitions" | "dependencies", object> };
  readonly generateSchema: (...parts: readonly (string | object)[]) => object;
}

/** The schema that `pulumi package add` infers from the components, from which it generates SDKs for other languages. */
export function inferSchema(): string {
  const require = createRequire(import.meta.url);
  const part = (name: string) => require(`@pulumi/pulumi/provider/experimental/${name}.js`) as Inference;
  const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as Record<
    "name" | "version" | "description",
    string
  >;
  const { name, version, description } = manifest;
  const { Analyzer } = part("analyzer");
  const found = new Analyzer(ROOT, name, manifest, new Set(Object.keys(components))).analyze();
  const schema = part("schema").generateSchema(
    name,
    version,
    description,
    found.components,
    found.typeDefinitions,
    found.dependencies,
  );
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
