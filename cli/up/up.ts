import { checkImageVolumes } from "./checkImageVolumes.ts";
import { checkSettings } from "./checkSettings.ts";
import { readDeployedCluster, readOutputs } from "./deployedCluster.ts";
import { checkDockerDaemon } from "./dockerDaemon.ts";
import { readImageSource } from "./imageSource.ts";
import { Kubectl } from "./kubectl.ts";
import {
  buildEnv,
  checkVersions,
  currentContext,
  findProfile,
  isReachable,
  startMinikube,
} from "./kubernetesCluster.ts";
import { MINIKUBE } from "./minikube.ts";
import { type Deployment, nextSteps } from "./nextSteps.ts";
import { checkPassphrase } from "./passphrase.ts";
import { isPartFlag } from "./pulumiArgs.ts";
import { checkPulumiVersion } from "./pulumiVersion.ts";
import { refuseLostKeda } from "./refuseLostKeda.ts";
import { refuseLostNamespaces } from "./refuseLostNamespaces.ts";
import { refuseLostPostgres } from "./refuseLostPostgres.ts";
import { refuseTakenNames } from "./refuseTakenNames.ts";
import { replaceLostImages } from "./replaceLostImages.ts";
import { retryHint } from "./retryHint.ts";
import { printAmid, runWatched } from "./runWatched.ts";
import { requirePrograms, runSession, type Session, selectStack, stackContext } from "./session.ts";
import { readStackState } from "./stackState.ts";
import { watchRollout } from "./watchRollout.ts";

/**
 * Skips the preview, and the outputs: we print our own next steps. Refreshes Pulumi's state, so that what was deleted or changed by other
 * means is as the settings say again.
 */
const UP_FLAGS = ["--yes", "--skip-preview", "--suppress-outputs", "--refresh"] as const;

const HELP = {
  name: "npm run up --",
  description:
    "Starts minikube if the stack's cluster does not respond, and runs pulumi up. Prints why a pod does not become ready, and stops if the problem persists.",
  notes: `Every other option is pulumi up's:
  --config KEY=VALUE   a setting, stored in the stack's settings (docs/settings.md)

MINIKUBE_START_FLAGS   further flags for minikube start
Pulumi's state is in .pulumi/ here, with an empty passphrase, unless PULUMI_BACKEND_URL or pulumi login names another backend`,
};

await runSession(HELP, async (session) => {
  const { isInstalled, stack, pulumiArgs } = session;
  const always = ["kubectl", "pulumi"] as const;
  // Only these show whether the others are needed: if one of them is missing, list all.
  if (!always.every(isInstalled)) requirePrograms(["docker", "minikube", "kubectl", "pulumi"], isInstalled);
  await checkPulumiVersion(session);
  await checkPassphrase(session);

  const deployedSettings = await checkSettings(session);
  await selectStack(session);
  // A new stack has settings only now.
  const settings = deployedSettings ?? (await checkSettings(session));
  const state = await readStackState(session);
  refuseLostNamespaces(state, settings?.namespaces);
  refuseLostKeda(state, settings?.installsKeda);
  refuseLostPostgres(state, settings?.installsPostgres);
  const context = await stackContext(session);
  const source = await readImageSource(session);
  if (source !== "existing" && !isInstalled("docker")) requirePrograms(["docker", "minikube"], isInstalled);
  await readDeployedCluster(session, context);
  let profile = await findProfile(context, isInstalled("minikube"), session.env, source);
  if (!(await isReachable(context, session.env))) {
    if (context === MINIKUBE) requirePrograms(["minikube"], isInstalled);
    await startMinikube(context, profile, session.env, source);
    profile = await findProfile(context, true, session.env, source);
  }
  await checkVersions(context, session.env);
  const kubectl = new Kubectl(context, session.env);
  await checkImageVolumes(kubectl, settings ?? {});
  if (!pulumiArgs.some(isPartFlag)) await refuseTakenNames(kubectl, state, settings ?? {});
  const dockerEnv = isInstalled("docker") ? await buildEnv(context, profile, session.env, source) : {};
  const env = { ...session.env, ...dockerEnv };
  if (source !== "existing") await checkDockerDaemon(env, "the worker's image is built there");

  const replace = source === "existing" ? [] : await replaceLostImages(state.builtImages, env);
  const args = ["up", ...UP_FLAGS, ...replace, "--stack", stack, ...pulumiArgs];
  const { exitCode, reason } = await runWatched("pulumi", args, env, (ended) =>
    watchRollout({
      kubectl,
      ...(settings?.podStartSeconds !== undefined && { podStartSeconds: settings.podStartSeconds }),
      // The next poll reads it again.
      readState: () => readStackState(session).catch(() => state),
      ended,
      print: printAmid,
    }),
  );
  if (exitCode === 0) {
    for (const line of nextSteps(await deployment({ ...session, env }, context, profile && context))) console.log(line);
    return 0;
  }
  if (reason !== undefined)
    console.error(["", "pulumi up was stopped because this problem persists:", ...reason].join("\n"));
  for (const line of ["", ...retryHint("up", session)]) console.log(line);
  return exitCode;
});

async function deployment(session: Session, context: string, profile: string | undefined): Promise<Deployment> {
  const { stack, env, extraEnv } = session;
  const outputs = (await readOutputs(session)) as Pick<Deployment, "psql" | "namespaces" | "kinds" | "job">;
  const { psql, namespaces, kinds, job = "" } = outputs;
  const isCurrent = (await currentContext(env)) === context;
  return { psql, namespaces, kinds, job, context: isCurrent ? undefined : context, profile, stack, extraEnv };
}
