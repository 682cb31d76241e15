import { type ChartPin, isChartSource } from "./charts.ts";
import { isImageReference, isRegistry } from "./imageReference.ts";
import { type Rule, text } from "./rule.ts";

/** Where a chart may come from. */
export function chartRule({ name }: ChartPin): Rule {
  return text(
    (source) => isChartSource(source, name),
    `the https:// or http:// of a chart repository, an oci:// reference that ends in /${name}, or the path of a .tgz, of a .tar.gz or of a folder with a Chart.yaml`,
    "the chart is read from it at every pulumi up; for the URL of a chart's file name its repository, or a local file",
  );
}

/** Where images may come from. */
export const registryRule = text(
  isRegistry,
  "a registry's host, with a port (at most 65535) or a path in lower case where it needs one, and no / at its end",
  "the nodes pull from it",
);

/** What an image may be called. */
export function imageReferenceRule(why: string): Rule {
  return text(
    isImageReference,
    "an image's reference: a name in lower case, with a registry before it and one tag or digest after it where it needs them",
    why,
  );
}
