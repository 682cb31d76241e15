import { runInteractive } from "../runInteractive.ts";
import { shellQuote } from "../shellQuote.ts";
import { UsageError } from "../usageError.ts";
import { capture } from "./capture.ts";
import { checkDockerDaemon, dockerContextEnv } from "./dockerDaemon.ts";
import { FailedError } from "./failedError.ts";
import type { ImageSource } from "./imageSource.ts";
import {
  checkNodeBuilds,
  MINIKUBE,
  type Profile,
  parseDockerEnv,
  parseProfile,
  startArguments,
  startsInDocker,
  usesNodeDocker,
} from "./minikube.ts";
import {
  isOlder,
  kubectlWarning,
  kubernetesProblem,
  MINIMUM_MINIKUBE,
  parseKubectlVersions,
  parseVersion,
} from "./versions.ts";

/** Time for a request, and before it for the kubeconfig's login program, which may wait for input indefinitely. */
const LIMIT_SECONDS = 20;

/** Whether the API server of the context's cluster responds. */
export async function isReachable(
  context: string,
  env: NodeJS.ProcessEnv,
  timeoutSeconds = LIMIT_SECONDS,
): Promise<boolean> {
  const args = ["--context", context, "--request-timeout=5s", "get", "--raw", "/readyz"];
  return (await capture("kubectl", args, env, timeoutSeconds)).exitCode === 0;
}

/** kubectl's current context; empty if there is none. */
export async function currentContext(env: NodeJS.ProcessEnv): Promise<string> {
  return (await capture("kubectl", ["config", "current-context"], env)).stdout.trim();
}

/**
 * Warns if kubectl is too old for the cluster.
 *
 * @throws UsageError if the cluster is too old for batches.
 */
export async function checkVersions(context: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { stdout } = await capture("kubectl", ["--context", context, "version", "-o", "json"], env);
  const { client, server } = parseKubectlVersions(stdout);
  const problem = kubernetesProblem(server);
  if (problem !== undefined) throw new UsageError(problem);
  const warning = kubectlWarning(client, server);
  if (warning !== undefined) console.error(warning);
}

/**
 * minikube's profile with this name; undefined if there is none, or no minikube.
 *
 * @param source - with `daemon` the profile must be known: an image that is built outside the node's daemon is not found on the node
 * @throws FailedError when the profile must be known and minikube does not list its profiles.
 */
export async function findProfile(
  context: string,
  hasMinikube: boolean,
  env: NodeJS.ProcessEnv,
  source?: ImageSource,
): Promise<Profile | undefined> {
  if (!hasMinikube) return undefined;
  const { exitCode, stdout, stderr } = await capture("minikube", ["profile", "list", "-o", "json"], env);
  if (exitCode === 0) return parseProfile(stdout, context);
  if (source !== "daemon") return undefined;
  throw new FailedError(
    `cannot list minikube's profiles (the image is built in the node's Docker daemon if ${context} is one of them): ` +
      `minikube profile list reports ${(stderr || stdout).trim() || `exit code ${exitCode}`}`,
  );
}

/**
 * Starts or resumes minikube: the context's profile, or a new one if the context is `minikube`.
 *
 * @throws FailedError when there is no such profile, the image cannot be built in its node, or the cluster does not respond afterwards;
 *   UsageError when minikube is too old.
 */
export async function startMinikube(
  context: string,
  profile: Profile | undefined,
  env: NodeJS.ProcessEnv,
  source: ImageSource,
): Promise<void> {
  if (profile === undefined && context !== MINIKUBE) {
    throw new FailedError(
      `kubernetesContext must be the context of a cluster that responds, or a minikube profile (which is started); got ${JSON.stringify(context)}: ` +
        `see kubectl --context ${shellQuote(context)} cluster-info, or create it: minikube start --profile=${shellQuote(context)} --container-runtime=docker`,
    );
  }
  if (source === "daemon") checkNodeBuilds(context, profile);
  if (profile === undefined) await checkMinikubeVersion(env);
  if (startsInDocker(profile, env.MINIKUBE_START_FLAGS)) await checkDockerDaemon(env, "minikube's node runs in it");
  const exitCode = await runInteractive("minikube", startArguments(context, profile, env.MINIKUBE_START_FLAGS), env);
  if (exitCode !== 0) {
    throw new FailedError(
      `cannot start minikube: it exited with ${exitCode} for the reason above. ` +
        `To start over: minikube delete --profile=${shellQuote(context)}, then npm run up`,
    );
  }
  if (await isReachable(context, env)) return;
  throw new FailedError(
    `the cluster of the context ${context} does not respond after minikube start: see kubectl --context ${shellQuote(context)} cluster-info`,
  );
}

async function checkMinikubeVersion(env: NodeJS.ProcessEnv): Promise<void> {
  const version = parseVersion((await capture("minikube", ["version", "--short"], env)).stdout);
  if (version === undefined || !isOlder(version, MINIMUM_MINIKUBE)) return;
  throw new UsageError(
    `minikube must be ${MINIMUM_MINIKUBE.join(".")} or newer (older versions do not support Kubernetes 1.34); got ${version.join(".")}. ` +
      "To update it: https://minikube.sigs.k8s.io/docs/start/",
  );
}

/**
 * The variables that point docker and Pulumi's provider to the daemon that builds the image. The cluster must respond.
 *
 * @throws FailedError when the image cannot be built in the node, or the node's daemon cannot be found.
 */
export async function buildEnv(
  context: string,
  profile: Profile | undefined,
  env: NodeJS.ProcessEnv,
  source: ImageSource,
): Promise<Record<string, string>> {
  if (source !== "daemon" || !usesNodeDocker(profile)) return await dockerContextEnv(env);
  checkNodeBuilds(context, profile);
  const args = ["docker-env", `--profile=${context}`, "--shell", "none", "-o", "json"];
  const { exitCode, stdout, stderr } = await capture("minikube", args, env);
  if (exitCode === 0) return parseDockerEnv(stdout);
  throw new FailedError(
    `cannot find the Docker daemon of minikube's node (the image is built there): minikube docker-env reports ${(stderr || stdout).trim()}`,
  );
}
