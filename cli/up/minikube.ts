/** The context that minikube makes where nobody chose another name. */
export const MINIKUBE = "minikube";

/**
 * A Docker daemon in the node, for the image to be built into: minikube 1.39's own choice is containerd. Kubernetes 1.34: one
 * that both KEDA 2.20 and 2.21 are tested with.
 */
const START_FLAGS = ["--driver=docker", "--container-runtime=docker", "--kubernetes-version=v1.34.4"] as const;

/** What minikube calls a node that has no daemon to lead to; whatever else it says, the node is there. */
const NOT_RUNNING: readonly string[] = ["", "Stopped", "Stopping", "Nonexistent", "Error"];

/** What `minikube profile list` tells about a cluster. */
export interface Profile {
  readonly driver: string;
  readonly runtime: string;
  readonly running: boolean;
}

/** The profile of that name in what `minikube profile list -o json` prints; undefined: there is none. */
export function findProfile(json: string, name: string): Profile | undefined {
  const { valid } = parseObject(json, "minikube profile list") as { readonly valid?: readonly ProfileJson[] | null };
  const profile = valid?.find((one) => one.Name === name);
  if (profile === undefined) return undefined;
  return {
    driver: profile.Config?.Driver ?? "",
    runtime: profile.Config?.KubernetesConfig?.ContainerRuntime ?? "",
    running: !NOT_RUNNING.includes(profile.Status ?? ""),
  };
}

interface ProfileJson {
  readonly Name?: string;
  readonly Status?: string;
  readonly Config?: { readonly Driver?: string; readonly KubernetesConfig?: { readonly ContainerRuntime?: string } };
}

/** The arguments that start it: a new one as it is needed here, one that is there as it was made. The user's flags win. */
export function startArguments(name: string, profile: Profile | undefined, userFlags = ""): string[] {
  return [
    "start",
    `--profile=${name}`,
    ...(profile === undefined ? START_FLAGS : []),
    ...userFlags.split(/\s+/).filter(Boolean),
  ];
}

/** Where the image is built: in a daemon of the node's own, or in the one that DOCKER_HOST names here. */
export function buildsInNode(profile: Profile | undefined): boolean {
  return profile !== undefined && profile.driver !== "none" && profile.running;
}

/** @throws Error when the node has no Docker daemon that could build. */
export function checkRuntime(name: string, profile: Profile | undefined): void {
  if (profile === undefined || profile.runtime === "docker") return;
  throw new Error(
    `minikube's container runtime must be docker (the image is built in its node); got ${profile.runtime}. ` +
      `To make it anew: minikube delete --profile=${name}, then npm run up`,
  );
}

/** The variables that `minikube docker-env --shell none -o json` prints: they lead docker to the node's daemon. */
export function parseDockerEnv(json: string): Record<string, string> {
  const given = parseObject(json, "minikube docker-env");
  const variables = Object.entries(given).filter(([key, value]) => /^[A-Z_]+$/.test(key) && typeof value === "string");
  const env = Object.fromEntries(variables) as Record<string, string>;
  if (!env.DOCKER_HOST) throw new Error(`minikube docker-env must print a DOCKER_HOST; got ${json.trim()}`);
  return env;
}

function parseObject(json: string, command: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new Error(`${command} must print a JSON object; got ${JSON.stringify(json.trim())}`);
}
