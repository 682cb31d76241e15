import { answers, currentContext, dockerEnvOf, profileOf, startMinikube } from "./cluster.ts";
import { homeOf, outputsOf, refreshFlags } from "./deployment.ts";
import { MINIKUBE } from "./minikube.ts";
import { type Deployed, howToGoOn, nextSteps } from "./nextSteps.ts";
import { follow } from "./run.ts";
import { command, contextOf, need, type Session, selectStack } from "./session.ts";

/** A preview that nobody answers costs seconds, and the outputs are a Job of a hundred lines; what is of use is told below. */
const UP_FLAGS = ["--yes", "--skip-preview", "--suppress-outputs"] as const;

const HELP = `npm run up -- [--stack NAME] [arguments of pulumi up]

Starts minikube if the stack's cluster does not answer, and runs pulumi up on it.
  --stack NAME         the stack, made if there is none (default dev)
  --config KEY=VALUE   a setting, kept in the stack's settings (see README.md)
MINIKUBE_START_FLAGS   further flags for minikube start
PULUMI_BACKEND_URL, or a pulumi login, says where the state is kept; else it is .pulumi/ here, with an empty passphrase`;

await command(HELP, async (session) => {
  const { isThere, stack, passedOn, own } = session;
  const always = ["docker", "kubectl", "pulumi"] as const;
  // Whether minikube is needed is known only when the others are there; without them it is told along.
  if (!always.every(isThere)) need(["docker", "minikube", "kubectl", "pulumi"], isThere);

  await selectStack(session);
  const context = await contextOf(session);
  const home = await homeOf(session, context);
  let profile = await profileOf(context, isThere("minikube"), session.env);
  if (!(await answers(context, session.env))) {
    if (context === MINIKUBE) need(["minikube"], isThere);
    await startMinikube(context, profile, session.env);
    profile = await profileOf(context, true, session.env);
  }
  const env = { ...session.env, ...(await dockerEnvOf(context, profile, session.env)) };

  const flags = [...UP_FLAGS, ...(await refreshFlags(home, session.env))];
  const exitCode = await follow("pulumi", ["up", ...flags, "--stack", stack, ...passedOn], env);
  const lines =
    exitCode === 0
      ? nextSteps(await deployed({ ...session, env }, context, profile !== undefined))
      : ["", ...howToGoOn("up", { stack, passedOn, env: own })];
  for (const line of lines) console.log(line);
  return exitCode;
});

async function deployed({ stack, env, own }: Session, context: string, minikube: boolean): Promise<Deployed> {
  const { psql, namespaces } = (await outputsOf({ stack, env })) as Pick<Deployed, "psql" | "namespaces">;
  const isCurrent = (await currentContext(env)) === context;
  return { psql, namespaces, context: isCurrent ? undefined : context, minikube, stack, env: own };
}
