import { shellQuote } from "../shellQuote.ts";
import { readDeployedCluster, wasRecreated } from "./deployedCluster.ts";
import { FailedError } from "./failedError.ts";
import { Kubectl } from "./kubectl.ts";
import { findProfile, isReachable } from "./kubernetesCluster.ts";
import { startArguments } from "./minikube.ts";
import { checkPassphrase } from "./passphrase.ts";
import { isPartFlag, isPreviewFlag } from "./pulumiArgs.ts";
import { pulumiCommand } from "./pulumiCommand.ts";
import { checkPulumiVersion } from "./pulumiVersion.ts";
import { refreshBeforeDestroy } from "./refreshBeforeDestroy.ts";
import { refuseSharedKeda } from "./refuseSharedKeda.ts";
import { retryHint } from "./retryHint.ts";
import { printAmid, runWatched } from "./runWatched.ts";
import { requirePrograms, runSession, stackContext } from "./session.ts";
import { readStackState } from "./stackState.ts";
import { watchDeletion } from "./watchDeletion.ts";

const HELP = {
  name: "npm run down --",
  description: "Runs pulumi destroy --yes: removes what npm run up created on the cluster, and keeps the cluster.",
  notes: "Every other option is pulumi destroy's.",
};

await runSession(HELP, async (session) => {
  const { isInstalled, stack, extraEnv } = session;
  requirePrograms(["kubectl", "pulumi"], isInstalled);
  await checkPulumiVersion(session);
  await checkPassphrase(session);
  const context = await stackContext(session);
  const deployed = await readDeployedCluster(session, context);
  const profile = await findProfile(context, isInstalled("minikube"), session.env);
  if (!(await isReachable(context, session.env))) {
    throw new FailedError(
      `cannot reach the cluster of the context ${context}, from which the stack is to be removed. ` +
        (profile === undefined || profile.state === "running"
          ? `See kubectl --context ${shellQuote(context)} cluster-info; if it no longer exists, remove the stack from Pulumi's state: ${pulumiCommand(["stack", "rm", "--force", "--stack", stack], extraEnv)}`
          : `To start it: minikube ${startArguments(context, profile).join(" ")}`),
    );
  }
  const recreated = await wasRecreated(deployed, session.env);
  const { flags, env } = await refreshBeforeDestroy(session, { context, profile, recreated });
  const state = await readStackState(session);
  const kubectl = new Kubectl(context, session.env);
  if (!flags.some(isPartFlag)) await refuseSharedKeda(kubectl, state);
  // Pulumi refuses to confirm what it only shows.
  const previews = flags.some(isPreviewFlag);
  const args = ["destroy", ...(previews ? [] : ["--yes"]), ...flags, "--stack", stack];
  const { exitCode } = await runWatched("pulumi", args, env, (ended) =>
    watchDeletion({ kubectl, state, ended, print: printAmid }),
  );
  if (exitCode !== 0) {
    for (const line of ["", ...retryHint("down", session)]) console.log(line);
  } else if (profile !== undefined && !previews) {
    console.log(
      `\n# minikube is still running; to delete it as well\nminikube delete --profile=${shellQuote(context)}`,
    );
  }
  return exitCode;
});
