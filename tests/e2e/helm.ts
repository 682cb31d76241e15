import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getOutput } from "../../cli/getOutput.ts";
import type { Cluster } from "./cluster.ts";
import type { Stack } from "./stack.ts";

/** How a chart is installed. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  readonly repositoryOpts?: { readonly repo?: string };
  readonly values: Record<string, unknown>;
}

/** The time in seconds that helm alone needs for both charts, started together; everything is removed afterwards. */
export async function helmSeconds(releases: readonly Release[], cluster: Cluster): Promise<number> {
  const { context } = cluster;
  const folder = mkdtempSync(join(tmpdir(), "e2e-helm-"));
  const namespaces = releases.map(({ namespace }) => namespace);
  try {
    for (const namespace of namespaces) await cluster.kubectl(["create", "namespace", namespace]);
    for (const release of releases) {
      const secret = (release.values.auth as { existingSecret?: string } | undefined)?.existingSecret;
      if (secret === undefined) continue;
      const literal = ["--from-literal", "postgres-password=e2e"];
      await cluster.kubectl(["create", "secret", "generic", secret, "-n", release.namespace, ...literal]);
    }
    const began = performance.now();
    await Promise.all(releases.map((release) => install(release, context, folder)));
    return (performance.now() - began) / 1_000;
  } finally {
    for (const { name, namespace } of releases) {
      await getOutput("helm", [
        "uninstall",
        name,
        "-n",
        namespace,
        "--kube-context",
        context,
        "--wait",
        "--ignore-not-found",
      ]);
    }
    await cluster.kubectl(["delete", "namespace", ...namespaces, "--ignore-not-found", "--wait"]);
    const crds = (await cluster.kubectl(["get", "crds", "-o", "name"]))
      .split("\n")
      .filter((name) => name.endsWith("keda.sh"));
    if (crds.length > 0) await cluster.kubectl(["delete", ...crds]);
    rmSync(folder, { recursive: true });
  }
}

/** The installation that the program would request from helm. */
export async function readReleases(stack: Stack): Promise<Release[]> {
  const { steps } = JSON.parse(await stack.pulumi(["preview", "--json"]));
  return steps
    .map(({ newState }: { newState?: { type: string; inputs: Release } }) => newState)
    .filter((state?: { type: string }) => state?.type === "kubernetes:helm.sh/v3:Release")
    .map(({ inputs }: { inputs: Release }) => inputs);
}

/** The same with the chart's own readiness probes: the program's probes are how its `up` saves time. */
export function withOwnProbes(release: Release): Release {
  const values = JSON.stringify(release.values, (key, value) => (key === "readinessProbe" ? undefined : value));
  return { ...release, values: JSON.parse(values) };
}

async function install(release: Release, context: string, folder: string): Promise<void> {
  const { name, namespace, chart, version, repositoryOpts, values } = release;
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(values));
  const from = repositoryOpts?.repo === undefined ? [] : ["--repo", repositoryOpts.repo];
  const where = ["-n", namespace, "--kube-context", context, "--values", file];
  await getOutput("helm", [
    "install",
    name,
    chart,
    "--version",
    version,
    ...from,
    ...where,
    "--wait",
    "--timeout",
    "10m",
  ]);
}
