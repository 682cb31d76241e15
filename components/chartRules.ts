import { type ChartPin, isChartSource } from "./charts.ts";
import { isImageReference, isRegistry } from "./imageReference.ts";
import { type Rule, text } from "./rule.ts";

/** Validation rules for the source of a chart. */
export function chartRule({ name }: ChartPin): Rule {
  return text(
    (source) => isChartSource(source, name),
    `the http:// or https:// URL of a chart repository without a user and a password, an oci:// reference that ends in /${name}, or the path of a .tgz file, a .tar.gz file or a folder with a Chart.yaml`,
    "every pulumi up reads the chart from it; instead of a chart file's URL, name its repository, or a local file",
  );
}

/** Validation rules for a registry. */
export const registryRule = text(
  isRegistry,
  "a registry's host, optionally with a port (at most 65535) and a lower-case path, without a trailing /",
  "nodes pull from it",
);

/** Validation rules for an image reference. */
export function imageReferenceRule(why: string): Rule {
  return text(
    isImageReference,
    "an image reference: a lower-case name, optionally preceded by a registry and followed by a tag or a digest",
    why,
  );
}
