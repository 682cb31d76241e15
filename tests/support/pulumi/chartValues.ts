import { readFileSync } from "node:fs";
import type { ChartPin } from "../../../components/charts.ts";

/** The structure of a chart's values.yaml: a key's keys, or null if any value is allowed. */
interface Keys {
  readonly [key: string]: Keys | null;
}

/** The charts' structures by `name-version`, as `node tests/support/pulumi/dumpChartValues.ts` wrote them. */
const CHARTS = JSON.parse(readFileSync(new URL("chartValues.json", import.meta.url), "utf8")) as Record<string, Keys>;

/** The paths in `values` that the chart does not have: Helm ignores them. */
export function unknownValues({ name, version }: ChartPin, values: object): string[] {
  const keys = CHARTS[`${name}-${version}`];
  if (keys === undefined)
    throw new Error(`chartValues.json must have the keys of ${name}-${version}; got ${Object.keys(CHARTS)}`);
  return unknownKeys(keys, values, "");
}

function unknownKeys(keys: Keys, values: object, path: string): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const known = keys[key];
    if (known === undefined) return [path + key];
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return known !== null && isObject ? unknownKeys(known, value, `${path}${key}.`) : [];
  });
}
