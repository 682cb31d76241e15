/** A program's version. */
export type Version = readonly [major: number, minor: number, patch: number];

/** minikube 1.37 is the first version that supports Kubernetes 1.34, the version of new clusters. */
export const MINIMUM_MINIKUBE: Version = [1, 37, 0];

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

/** A warning if kubectl is too old for the cluster, from the output of `kubectl version -o json`; otherwise undefined. */
export function kubectlWarning(json: string): string | undefined {
  const client = parseVersion(/"clientVersion"[^}]*?"gitVersion":\s*"([^"]*)"/s.exec(json)?.[1] ?? "");
  const server = parseVersion(/"serverVersion"[^}]*?"gitVersion":\s*"([^"]*)"/s.exec(json)?.[1] ?? "");
  if (client === undefined || server === undefined) return undefined;
  const behind = client[0] === server[0] ? server[1] - client[1] : 0;
  if (behind <= KUBECTL_SKEW) return undefined;
  return (
    `warning: kubectl ${client.join(".")} is ${behind} minor versions older than the cluster's Kubernetes ${server.join(".")}; ` +
    `Kubernetes supports ${KUBECTL_SKEW}. If a command fails, update kubectl: https://kubernetes.io/docs/tasks/tools/`
  );
}
