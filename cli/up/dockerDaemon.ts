import { capture } from "./capture.ts";
import { FailedError } from "./failedError.ts";

/** A daemon that does not respond in this time counts as unreachable. */
const TIMEOUT_SECONDS = 20;

/** Why Docker's daemon does not respond; undefined if it does. */
export async function dockerProblem(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const args = ["version", "--format", "{{.Server.Version}}"];
  const { exitCode, stderr } = await capture("docker", args, env, TIMEOUT_SECONDS);
  return exitCode === 0 ? undefined : stderr.trim() || `docker version ended with exit code ${exitCode}`;
}

/**
 * @param why - what the daemon is needed for
 * @throws FailedError when Docker's daemon does not respond.
 */
export async function checkDockerDaemon(env: NodeJS.ProcessEnv, why: string): Promise<void> {
  const problem = await dockerProblem(env);
  if (problem === undefined) return;
  const host = env.DOCKER_HOST ? `DOCKER_HOST=${env.DOCKER_HOST}` : "the local Docker daemon";
  throw new FailedError(
    `cannot reach ${host} (${why}): ${problem}. Start Docker, or set DOCKER_HOST to a running daemon (docker version shows whether it responds)`,
  );
}

/**
 * Pulumi's Docker provider reads DOCKER_HOST and ignores docker's contexts (Colima, OrbStack, rootless Docker, another machine): returns
 * DOCKER_HOST with the daemon of the current context, unless the user has set one.
 */
export async function dockerContextEnv(env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  if (env.DOCKER_HOST) return {};
  const args = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];
  const { exitCode, stdout } = await capture("docker", args, env, TIMEOUT_SECONDS);
  const host = stdout.trim();
  return exitCode === 0 && /^(unix|tcp|ssh):\/\//.test(host) && host !== DEFAULT_HOST ? { DOCKER_HOST: host } : {};
}

const DEFAULT_HOST = "unix:///var/run/docker.sock";
