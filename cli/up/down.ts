import { answers, dockerEnvOf, profileOf } from "./cluster.ts";
import { homeOf, refreshFlags } from "./deployment.ts";
import { howToGoOn } from "./nextSteps.ts";
import { follow } from "./run.ts";
import { command, contextOf, need } from "./session.ts";

const HELP = `npm run down -- [--stack NAME] [arguments of pulumi destroy]

Runs pulumi destroy --yes: takes away what npm run up made on the cluster, and leaves the cluster.
  --stack NAME         the stack (default dev)`;

await command(HELP, async (session) => {
  const { isThere, stack, passedOn, own } = session;
  need(["kubectl", "pulumi"], isThere);
  const context = await contextOf(session);
  const home = await homeOf(session, context);
  const profile = await profileOf(context, isThere("minikube"), session.env);
  if (!(await answers(context, session.env))) {
    throw new Error(
      `the cluster of ${context} must answer (what is on it is taken away); it did not` +
        (profile?.running === false ? `. To start it: minikube start --profile=${context}` : ""),
    );
  }
  const env = { ...session.env, ...(await dockerEnvOf(context, profile, session.env)) };

  const flags = ["--yes", ...(await refreshFlags(home, session.env))];
  const exitCode = await follow("pulumi", ["destroy", ...flags, "--stack", stack, ...passedOn], env);
  if (exitCode !== 0) {
    for (const line of ["", ...howToGoOn("down", { stack, passedOn, env: own })]) console.log(line);
  } else if (profile !== undefined) {
    console.log(`\n# minikube still runs; to delete it too\nminikube delete --profile=${context}`);
  }
  return exitCode;
});
