/** A program's version. */
export type Version = readonly [major: number, minor: number, patch: number];

/** minikube 1.37 is the first version that supports Kubernetes 1.34, the version of new clusters. */
export const MINIMUM_MINIKUBE: Version = [1, 37, 0];

/** The first version that labels pods with the name of their Job, which a worker reads from `batch.kubernetes.io/job-name`. */
const MINIMUM_KUBERNETES: Version = [1, 27, 0];

/** Kubernetes supports a kubectl that is at most this many minor versions older than the cluster. */
const KUBECTL_SKEW = 1;

/** The first version in a text; undefined if there is none, for example in a custom build. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** Whether a version is older than another; false if either is unknown. */
export function isOlder(version: Version | undefined, minimum: Version | undefined): boolean {
  if (version === undefined || minimum === undefined) return false;
  const at = version.findIndex((part, index) => part !== minimum[index]);
  return at >= 0 && (version[at] ?? 0) < (minimum[at] ?? 0);
}

/** The version that Pulumi.yaml requires of Pulumi. An older Pulumi may not know that key. */
export function requiredPulumi(pulumiYaml: string): Version | undefined {
  return parseVersion(/^requiredPulumiVersion:(.*)$/m.exec(pulumiYaml)?.[1] ?? "");
}

/** The versions of kubectl and of the cluster, from the output of `kubectl version -o json`; undefined where it names none. */
export function parseKubectlVersions(json: string): { readonly client?: Version; readonly server?: Version } {
  const client = parseVersion(/"clientVersion"[^}]*?"gitVersion":\s*"([^"]*)"/s.exec(json)?.[1] ?? "");
  const server = parseVersion(/"serverVersion"[^}]*?"gitVersion":\s*"([^"]*)"/s.exec(json)?.[1] ?? "");
  return { ...(client && { client }), ...(server && { server }) };
}

/** Why batches cannot run on a cluster of this version; undefined if they can, or if it is unknown. */
export function kubernetesProblem(server: Version | undefined): string | undefined {
  if (server === undefined || !isOlder(server, MINIMUM_KUBERNETES)) return undefined;
  return (
    `the cluster's Kubernetes must be ${MINIMUM_KUBERNETES.slice(0, 2).join(".")} or newer (older versions do not label pods with the name of ` +
    `their Job, which a worker needs); got ${server.join(".")}`
  );
}

/** A warning if kubectl is too old for the cluster; undefined if it is not, or if a version is unknown. */
export function kubectlWarning(client: Version | undefined, server: Version | undefined): string | undefined {
  if (client === undefined || server === undefined) return undefined;
  const behind = client[0] === server[0] ? server[1] - client[1] : 0;
  if (behind <= KUBECTL_SKEW) return undefined;
  return (
    `warning: kubectl ${client.join(".")} is ${behind} minor versions older than the cluster's Kubernetes ${server.join(".")}; ` +
    `Kubernetes supports ${KUBECTL_SKEW}. If a command fails, update kubectl: https://kubernetes.io/docs/tasks/tools/`
  );
}
