import { FailedError } from "./failedError.ts";
import { parseObject } from "./parseObject.ts";

/** The context that minikube creates by default. */
export const MINIKUBE = "minikube";

/**
 * A new cluster has a Docker daemon in its node, to build the image in: minikube 1.39's default runtime is containerd.
 * Kubernetes 1.34 is a version that both KEDA 2.20 and 2.21 are tested with.
 */
const START_FLAGS = ["--driver=docker", "--container-runtime=docker", "--kubernetes-version=v1.34.4"] as const;

/** minikube's statuses of a node whose Docker daemon is not running; with any other status it is. */
const STOPPED: readonly string[] = ["", "Stopped", "Stopping", "Nonexistent", "Error"];

/** A minikube cluster. */
export interface Profile {
  readonly driver: string;
  readonly runtime: string;
  readonly state: "running" | "paused" | "stopped";
  readonly nodes: number;
}

/** The profile with this name in the output of `minikube profile list -o json`; undefined if there is none. */
export function parseProfile(json: string, name: string): Profile | undefined {
  const { valid } = parseObject(json, "minikube profile list") as { readonly valid?: readonly ProfileJson[] | null };
  const profile = valid?.find((candidate) => candidate.Name === name);
  if (profile === undefined) return undefined;
  const status = profile.Status ?? "";
  return {
    driver: profile.Config?.Driver ?? "",
    runtime: profile.Config?.KubernetesConfig?.ContainerRuntime ?? "",
    state: status === "Paused" ? "paused" : STOPPED.includes(status) ? "stopped" : "running",
    nodes: profile.Config?.Nodes?.length ?? 1,
  };
}

interface ProfileJson {
  readonly Name?: string;
  readonly Status?: string;
  readonly Config?: {
    readonly Driver?: string;
    readonly KubernetesConfig?: { readonly ContainerRuntime?: string };
    readonly Nodes?: readonly unknown[] | null;
  };
}

/** The arguments that make the cluster respond: an existing one keeps its settings, a new one gets ours. The user's flags take precedence. */
export function startArguments(name: string, profile: Profile | undefined, userFlags = ""): string[] {
  if (profile?.state === "paused") return ["unpause", `--profile=${name}`];
  return [
    "start",
    `--profile=${name}`,
    ...(profile === undefined ? START_FLAGS : []),
    ...userFlags.split(/\s+/).filter(Boolean),
  ];
}

/** Whether `minikube start` runs the node in the local Docker daemon. */
export function startsInDocker(profile: Profile | undefined, userFlags = ""): boolean {
  if (profile !== undefined) return ["docker", "none"].includes(profile.driver);
  const drivers = [...userFlags.matchAll(/--(?:vm-)?driver[=\s]+(\S+)/g)];
  return ["docker", "none", undefined].includes(drivers.at(-1)?.[1]);
}

/** Whether the image is built in the node's Docker daemon, not in the one that DOCKER_HOST names. */
export function usesNodeDocker(profile: Profile | undefined): boolean {
  return profile !== undefined && profile.driver !== "none" && profile.state !== "stopped";
}

/** @throws FailedError when the image cannot be built in the cluster's node. */
export function checkNodeBuilds(name: string, profile: Profile | undefined): void {
  if (profile === undefined) return;
  const another =
    "To push the image to a registry instead, add to this command: --config-path --config image.build.registry=REGISTRY. " +
    `To use another cluster: minikube start --profile=NAME ${START_FLAGS.join(" ")}, ` +
    "then npm run up -- --stack NAME --config kubernetesContext=NAME";
  if (profile.nodes > 1) {
    throw new FailedError(
      `minikube's cluster ${name} must have one node (the image is built in its Docker daemon and never pushed, so the pods of ` +
        `other nodes would not find it, and minikube docker-env refuses several nodes); got ${profile.nodes} nodes. ${another}`,
    );
  }
  if (profile.runtime !== "docker") {
    throw new FailedError(
      `the container runtime of minikube's cluster ${name} must be docker (the image is built in its Docker daemon, ` +
        `and minikube docker-env needs one); got ${profile.runtime}. ${another}, ` +
        `or delete it: minikube delete --profile=${name}, then npm run up`,
    );
  }
}

/** The variables in the output of `minikube docker-env --shell none -o json`: they point docker to the node's daemon. */
export function parseDockerEnv(json: string): Record<string, string> {
  const output = parseObject(json, "minikube docker-env");
  const variables = Object.entries(output).filter(([key, value]) => /^[A-Z_]+$/.test(key) && typeof value === "string");
  const env = Object.fromEntries(variables) as Record<string, string>;
  if (!env.DOCKER_HOST) throw new FailedError(`minikube docker-env must print a DOCKER_HOST; got ${json.trim()}`);
  return env;
}
