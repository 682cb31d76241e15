import { runInteractive } from "../runInteractive.ts";
import { dockerProblem } from "./dockerDaemon.ts";
import { FailedError } from "./failedError.ts";
import { readImageSource } from "./imageSource.ts";
import { buildEnv } from "./kubernetesCluster.ts";
import type { Profile } from "./minikube.ts";
import { isRefreshFlag } from "./pulumiArgs.ts";
import type { Session } from "./session.ts";

/** Docker's images: nothing of them exists on the cluster. */
const IMAGES = "**docker:index/image:Image::*";

/** What `pulumi destroy` gets. */
export interface DestroyArgs {
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Has Pulumi compare its state with the cluster before `pulumi destroy`, where that is needed or asked for. Docker's provider
 * takes part in it and fails without a daemon; so without one everything else is compared in a separate run.
 */
export async function refreshBeforeDestroy(
  session: Session,
  {
    context,
    profile,
    recreated,
  }: { readonly context: string; readonly profile: Profile | undefined; readonly recreated: boolean },
): Promise<DestroyArgs> {
  const { env, pulumiArgs, stack, isInstalled } = session;
  const asked = pulumiArgs.some(isRefreshFlag);
  if (!recreated && !asked) return { flags: pulumiArgs, env };
  const problem = isInstalled("docker") ? undefined : "docker is not on PATH";
  const dockerEnv = problem === undefined ? await findDaemon(session, context, profile) : {};
  const envWithDocker = { ...env, ...dockerEnv };
  const reason = problem ?? (await dockerProblem(envWithDocker));
  if (reason === undefined) return { flags: asked ? pulumiArgs : ["--refresh", ...pulumiArgs], env: envWithDocker };

  console.log(
    `No Docker daemon answers (${reason}): the refresh leaves out the image, of which nothing is on the cluster`,
  );
  const refresh = ["refresh", "--yes", "--skip-preview", "--exclude", IMAGES, "--stack", stack];
  const exitCode = await runInteractive("pulumi", refresh, env);
  if (exitCode !== 0) {
    throw new FailedError(
      `cannot compare the stack ${stack} with the cluster: pulumi refresh ended with exit code ${exitCode}, for the reason above. ` +
        "When it is fixed: npm run down",
    );
  }
  return { flags: pulumiArgs.filter((arg) => !isRefreshFlag(arg)), env };
}

/** Where the node's daemon cannot be found, the local one will do: images are only read. */
async function findDaemon(session: Session, context: string, profile: Profile | undefined) {
  try {
    return await buildEnv(context, profile, session.env, await readImageSource(session));
  } catch {
    return {};
  }
}
