import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { isRegistry } from "./imageReference.ts";

/** A chart, pinned to the version that this program is tested with. */
export interface ChartPin {
  readonly name: string;
  readonly version: string;
}

/**
 * 2.20.2: its CRD is the one that `scaledJobSpec` is tested against. 2.20.0 and 2.20.1 refuse an explicit
 * `scalingStrategy.strategy: default` (https://github.com/kedacore/charts/issues/875). 2.21 requires Kubernetes 1.34.
 */
export const KEDA_CHART: ChartPin = { name: "keda", version: "2.20.2" };

/** 16.7.27: the last chart for a PostgreSQL 17 image that can still be pulled by version. */
export const POSTGRESQL_CHART: ChartPin = { name: "postgresql", version: "16.7.27" };

/**
 * The images of that chart. Since August 2025 Bitnami offers versioned images only under `bitnamilegacy` (frozen); `bitnami` has
 * nothing but `latest`.
 */
export const POSTGRESQL_IMAGES = {
  server: { repository: "bitnamilegacy/postgresql", tag: "17.6.0-debian-12-r4" },
  shell: { repository: "bitnamilegacy/os-shell", tag: "12-debian-12-r51" },
} as const;

/** A chart, as the arguments of a Helm Release. */
interface ChartReference {
  readonly chart: string;
  readonly version: string;
  readonly repositoryOpts?: { readonly repo: string };
}

/** The arguments of a Release for a chart from `source`: a repository's http:// or https:// URL, an oci:// reference, or a path. */
export function resolveChart(source: string, { name, version }: ChartPin): ChartReference {
  if (/^https?:/.test(source)) return { chart: name, version, repositoryOpts: { repo: source } };
  return { chart: source, version };
}

/** Whether `source` can be the source of a chart of that name. Only local paths are checked for existence. */
export function isChartSource(source: string, name: string): boolean {
  // Helm treats the URL as a repository, so it must not be that of a chart file.
  if (/^https?:/.test(source)) return isUrl(source) && !isArchive(new URL(source).pathname);
  const [, reference] = /^oci:\/\/(.*)$/s.exec(source) ?? [];
  if (reference !== undefined) return isRegistry(reference) && reference.endsWith(`/${name}`);
  if (source.includes("://") || !existsSync(source)) return false;
  return statSync(source).isFile() ? isArchive(source) : existsSync(join(source, "Chart.yaml"));
}

/** Not one with a password, which Pulumi's state would show. */
function isUrl(text: string): boolean {
  return /^https?:\/\/[^\s@]+$/.test(text) && URL.canParse(text);
}

function isArchive(path: string): boolean {
  return /\.(tgz|tar\.gz)$/.test(path);
}
