import { runInteractive } from "../runInteractive.ts";
import { dockerProblem } from "./dockerDaemon.ts";
import { FailedError } from "./failedError.ts";
import { readImageSource } from "./imageSource.ts";
import { buildEnv } from "./kubernetesCluster.ts";
import type { Profile } from "./minikube.ts";
import { isPreviewFlag, isRefreshFlag } from "./pulumiArgs.ts";
import type { Session } from "./session.ts";

/** Docker images, which are not objects of the cluster. */
const IMAGES = "**docker:index/image:Image::*";

/** The options of `pulumi destroy`, and its environment. */
export interface DestroyArgs {
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Has Pulumi's state refreshed from the cluster before `pulumi destroy` if that is needed or requested: by its option `--refresh`. Docker's
 * provider takes part in that and fails without a daemon, so without one everything else is refreshed here, in a separate run.
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
  // A preview changes nothing, nor does it refresh the state.
  if (pulumiArgs.some(isPreviewFlag) || (!recreated && !asked)) return { flags: pulumiArgs, env };
  const problem = isInstalled("docker") ? undefined : "docker is not on PATH";
  const dockerEnv = problem === undefined ? await findDaemon(session, context, profile) : {};
  const envWithDocker = { ...env, ...dockerEnv };
  const reason = problem ?? (await dockerProblem(envWithDocker));
  if (reason === undefined) return { flags: asked ? pulumiArgs : ["--refresh", ...pulumiArgs], env: envWithDocker };

  console.log(
    `No Docker daemon responds (${reason}): the refresh skips the image, which is not an object of the cluster`,
  );
  const refresh = ["refresh", "--yes", "--skip-preview", "--exclude", IMAGES, "--stack", stack];
  const exitCode = await runInteractive("pulumi", refresh, env);
  if (exitCode !== 0) {
    throw new FailedError(
      `cannot refresh the stack ${stack} from the cluster: pulumi refresh exited with ${exitCode} for the reason above. ` +
        "Once it is fixed: npm run down",
    );
  }
  return { flags: pulumiArgs.filter((arg) => !isRefreshFlag(arg)), env };
}

/** If the node's daemon cannot be found, the local one suffices: images are only read. */
async function findDaemon(session: Session, context: string, profile: Profile | undefined) {
  try {
    return await buildEnv(context, profile, session.env, await readImageSource(session));
  } catch {
    return {};
  }
}
