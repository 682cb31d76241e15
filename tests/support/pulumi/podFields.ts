import { POD_SCHEMA } from "./validateScaledJob.ts";

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly default?: unknown;
  readonly additionalProperties?: Node | boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
}

/** Refused by its name, and as large as `containers`. */
const OMITTED = "ephemeralContainers";

/** The content of components/podFields.json: one line for each field of a pod's spec. */
export function podFieldsJson(): string {
  const fields = toField(POD_SCHEMA as Node) as Readonly<Record<string, unknown>>;
  const lines = Object.entries(fields)
    .filter(([name]) => name !== OMITTED)
    .map(
      ([name, field]) => `${JSON.stringify(name)}: ${JSON.stringify(name === "initContainers" ? "containers" : field)}`,
    );
  return `{\n${lines.join(",\n")}\n}\n`;
}

function toField({ type, properties, required = [], items, additionalProperties, ...more }: Node): unknown {
  if (items) return [toField(items)];
  if (properties)
    return Object.fromEntries(
      Object.entries(properties).map(([name, node]) => [
        required.includes(name) && node.default === undefined ? `${name}!` : name,
        toField(node),
      ]),
    );
  if (typeof additionalProperties === "object") return { "*": toField(additionalProperties) };
  return more["x-kubernetes-int-or-string"] ? "whole number or string" : type === "integer" ? "whole number" : type;
}
