import {
  buildsInNode,
  checkRuntime,
  findProfile,
  MINIKUBE,
  type Profile,
  parseDockerEnv,
  startArguments,
} from "./minikube.ts";
import { ask, follow } from "./run.ts";

/** Whether the context's cluster answers. */
export async function answers(context: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const args = ["--context", context, "--request-timeout=5s", "get", "--raw", "/readyz"];
  return (await ask("kubectl", args, env)).exitCode === 0;
}

/** The context that kubectl takes where none is named. */
export async function currentContext(env: NodeJS.ProcessEnv): Promise<string> {
  return (await ask("kubectl", ["config", "current-context"], env)).stdout.trim();
}

/** minikube's profile of that name; undefined where there is none, or no minikube. */
export async function profileOf(context: string, hasMinikube: boolean, env: NodeJS.ProcessEnv) {
  if (!hasMinikube) return undefined;
  const { exitCode, stdout } = await ask("minikube", ["profile", "list", "-o", "json"], env);
  return exitCode === 0 ? findProfile(stdout, context) : undefined;
}

/** Starts minikube: the context's profile, or a new one where the context is `minikube`. */
export async function startMinikube(
  context: string,
  profile: Profile | undefined,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (profile === undefined && context !== MINIKUBE) {
    throw new Error(
      `kubernetesContext must be the context of a cluster that answers, or of a minikube (which is started); got ${JSON.stringify(context)}, ` +
        `see kubectl --context "${context}" cluster-info`,
    );
  }
  checkRuntime(context, profile);
  const exitCode = await follow("minikube", startArguments(context, profile, env.MINIKUBE_START_FLAGS), env);
  if (exitCode !== 0)
    throw new Error(
      `minikube must start; got exit code ${exitCode}. What it printed says why; minikube delete starts afresh`,
    );
  if (await answers(context, env)) return;
  throw new Error(
    `the cluster of ${context} must answer after minikube start; got no answer, see kubectl --context "${context}" cluster-info`,
  );
}

/** Where the image is built for a cluster that answers. */
export async function dockerEnvOf(
  context: string,
  profile: Profile | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Record<string, string>> {
  if (!buildsInNode(profile)) return {};
  checkRuntime(context, profile);
  const args = ["docker-env", `--profile=${context}`, "--shell", "none", "-o", "json"];
  const { exitCode, stdout, stderr } = await ask("minikube", args, env);
  if (exitCode !== 0)
    throw new Error(
      `minikube docker-env must lead to the node's Docker daemon (the image is built there); got ${(stderr || stdout).trim()}`,
    );
  return parseDockerEnv(stdout);
}
