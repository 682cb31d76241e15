import { spawnSync } from "node:child_process";

/** A daemon that does not answer must not hold up the program. */
const TIMEOUT_MS = 10_000;

/**
 * The id of an image that was built into the Docker daemon that DOCKER_HOST names. Undefined where none has that name, where it
 * was pulled from a registry, and where no daemon answers.
 */
export function readBuiltImageId(reference: string): string | undefined {
  const args = ["image", "inspect", "--format", "{{.Id}} {{len .RepoDigests}}", reference];
  const { status, stdout } = spawnSync("docker", args, { encoding: "utf8", timeout: TIMEOUT_MS });
  const [id, digests] = status === 0 ? stdout.trim().split(" ") : [];
  return digests === "0" ? id : undefined;
}
