import { FailedError } from "../../cli/up/failedError.ts";
import { parseImageSource } from "../../cli/up/imageSource.ts";
import { buildEnv, findProfile } from "../../cli/up/kubernetesCluster.ts";
import { pathLookup } from "../../cli/up/programs.ts";
import type { Settings } from "./settings.ts";

/**
 * The variables that point docker and Pulumi to the daemon in which pods find the stack's image, as `npm run up` does.
 *
 * @throws FailedError when minikube's node has none.
 */
export async function dockerEnv(
  context: string,
  { image = "" }: Settings,
  env: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  const profile = await findProfile(context, pathLookup(env.PATH)("minikube"), env);
  return await buildEnv(context, profile, env, parseImageSource([], image)).catch((error: Error) => {
    const example = `E2E_IMAGE='{"build":{"registry":"REGISTRY"}}'`;
    throw new FailedError(`${error.message}. npm run e2e takes such a setting from its environment: ${example}`);
  });
}
