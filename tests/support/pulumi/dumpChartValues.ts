import { readFileSync, writeFileSync } from "node:fs";
import { load } from "js-yaml";

/**
 * `node tests/support/pulumi/dumpChartValues.ts NAME-VERSION=VALUES_YAML ...` writes chartValues.json from the values.yaml
 * of the pinned charts (`helm show values CHART --version VERSION`).
 */
const charts = process.argv.slice(2).map((argument) => {
  const [chart = "", file = ""] = argument.split("=");
  return [chart, toKeys(load(readFileSync(file, "utf8")))];
});
writeFileSync(new URL("chartValues.json", import.meta.url), `${JSON.stringify(Object.fromEntries(charts))}\n`);

/** The keys of an object; null for everything else, and for an empty object, which allows any keys. */
function toKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    return null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toKeys(inner)]));
}
