import { DEFAULTS } from "../../worker/src/settings.ts";
import { shellQuote } from "../shellQuote.ts";
import { FailedError } from "./failedError.ts";
import { MINIKUBE } from "./minikube.ts";
import { isDefaultStack } from "./options.ts";

/** What the printed commands need to know about a deployed stack. */
export interface Deployment {
  /** The stack's output `psql`, which opens psql in the server's pod. */
  readonly psql: string;
  readonly namespaces: { readonly batches: string; readonly keda: string };
  /** The kinds of its batches. */
  readonly kinds: readonly string[];
  /** The stack's output `job`, as Pulumi shows it: `[secret]` if it contains one. @default - it contains none */
  readonly job?: string;
  /** Undefined if it is kubectl's current context, which need not be named. */
  readonly context: string | undefined;
  /** The cluster's minikube profile, whatever kubectl's context; undefined if the cluster is not minikube. */
  readonly profile: string | undefined;
  readonly stack: string;
  /** The variables that Pulumi gets in addition to the user's environment. */
  readonly extraEnv: Readonly<Record<string, string>>;
}

/** What Pulumi shows instead of an output that contains a secret. */
const HIDDEN = "[secret]";

/** A command to paste, and its purpose. */
type Step = readonly [purpose: string, command: string];

/** The commands to try after `pulumi up`; each can be pasted into a shell in the checkout. */
export function nextSteps(deployment: Deployment): string[] {
  const { psql, namespaces, kinds, job, context, profile, stack, extraEnv } = deployment;
  const kubectl = context === undefined ? "kubectl" : `kubectl --context ${shellQuote(context)}`;
  const psqlInCluster = psql.replace(/^kubectl .*exec -it /, () => `${kubectl} exec -it `);
  const forStack = isDefaultStack(stack) ? "" : ` --stack ${stack}`;
  const withArguments = isDefaultStack(stack) ? " --" : ` -- --stack ${stack}`;
  const variables = Object.entries(extraEnv).map(([name, value]) => `${name}=${shellQuote(value)}`);
  const showSecrets = job === HIDDEN ? " --show-secrets" : "";
  // Every database has the sample's table; without a batch for it, no Job is created for its rows.
  const hasSample = kinds.includes(DEFAULTS.kind);
  const steps: (Step | undefined)[] = [
    hasSample
      ? [
          "Request sixty claps of 40 seconds",
          withStatement(
            psqlInCluster,
            "insert into make_it_clap (duration_seconds) select 40 from generate_series(1, 60)",
          ),
        ]
      : undefined,
    ["Watch the Jobs", `${kubectl} get jobs -n ${namespaces.batches} --watch`],
    hasSample
      ? ["See their status", withStatement(psqlInCluster, "select * from clap order by id")]
      : ["See how many requests wait and run", withStatement(psqlInCluster, "table batch.status")],
    ["Open the database", psqlInCluster],
    ["Read KEDA's log", `${kubectl} logs -f -n ${namespaces.keda} deployment/keda-operator`],
    profile === undefined ? undefined : ["Open the dashboard in a browser", dashboard(profile)],
    variables.length > 0 ? ["Before using pulumi directly", `export ${variables.join(" ")}`] : undefined,
    [
      "Create one Job yourself (insert a row first)",
      `pulumi stack output job${showSecrets}${forStack} | ${kubectl} create -f -`,
    ],
    ["Change a setting", `npm run up${withArguments} --config pollingInterval=5`],
    ["Remove everything", `npm run down${isDefaultStack(stack) ? "" : withArguments}`],
  ];
  return steps.flatMap((step) => (step === undefined ? [] : ["", `# ${step[0]}`, step[1]]));
}

/** minikube's default profile does not depend on kubectl's current context. */
function dashboard(profile: string): string {
  return `minikube dashboard${profile === MINIKUBE ? "" : ` --profile=${shellQuote(profile)}`}`;
}

/** The command that opens psql, changed to execute one statement. */
function withStatement(psql: string, statement: string): string {
  const [, before, after] = /^(.* psql .*)(')$/.exec(psql) ?? [];
  if (before === undefined)
    throw new FailedError(`the stack's output psql must end with psql and its arguments; got ${psql}`);
  return `${before.replace(/^(.*) -it /, "$1 ")} -c "${statement}"${after}`;
}
