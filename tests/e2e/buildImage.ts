import { fileURLToPath } from "node:url";
import { getOutput } from "../../cli/getOutput.ts";

/** Builds a target of tests/e2e/images/Dockerfile into the Docker daemon that DOCKER_HOST names: the node's. */
export async function buildImage(name: string, target: string): Promise<void> {
  const context = fileURLToPath(new URL("images", import.meta.url));
  await getOutput("docker", ["build", "--tag", name, "--target", target, context]);
}
