import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Program } from "typescript";
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
  ) => { readonly program: Program; analyze(): Record<"components" | "typeDefinitions" | "dependencies", object> };
  readonly generateSchema: (...parts: readonly (string | object)[]) => object;
}

/** What `pulumi package add` infers from the components, from which it generates SDKs for other languages. */
interface InferredSchema {
  /** The JSON of the committed file. */
  readonly text: string;
  /** What it was inferred from: every file of tsconfig.json, which takes the compiler some seconds to read. */
  readonly program: Program;
}

export function inferSchema(): InferredSchema {
  const require = createRequire(import.meta.url);
  const part = (name: string) => require(`@pulumi/pulumi/provider/experimental/${name}.js`) as Inference;
  const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as Record<
    "name" | "version" | "description",
    string
  >;
  const { name, version, description } = manifest;
  const { Analyzer } = part("analyzer");
  const analyzer = new Analyzer(ROOT, name, manifest, new Set(Object.keys(components)));
  const found = analyzer.analyze();
  const schema = part("schema").generateSchema(
    name,
    version,
    description,
    found.components,
    found.typeDefinitions,
    found.dependencies,
  );
  return { text: `${JSON.stringify(schema, undefined, 2)}\n`, program: analyzer.program };
}
