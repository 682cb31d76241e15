import { DEFAULT_STACK } from "./options.ts";

/** What the lines to try are about. */
export interface Deployed {
  /** The stack's output of that name: opens psql in the server's pod. */
  readonly psql: string;
  readonly namespaces: { readonly batches: string; readonly keda: string };
  /** Undefined where it is the current one, and need not be named. */
  readonly context: string | undefined;
  /** The context is a minikube's. */
  readonly minikube: boolean;
  readonly stack: string;
  /** What Pulumi was given beside the user's own environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A line to paste, and what it is for. */
type Line = readonly [purpose: string, command: string];

/** What to try after `pulumi up`, every line ready to paste into a shell in the checkout. */
export function nextSteps(deployed: Deployed): string[] {
  const { psql, namespaces, context, minikube, stack, env } = deployed;
  const kubectl = context === undefined ? "kubectl" : `kubectl --context ${quote(context)}`;
  const there = psql.replace("kubectl", kubectl);
  const forStack = stack === DEFAULT_STACK ? "" : ` --stack ${stack}`;
  const withArguments = stack === DEFAULT_STACK ? " --" : ` -- --stack ${stack}`;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`);
  const lines: (Line | undefined)[] = [
    [
      "Ask for sixty claps of 40 seconds",
      withStatement(there, "insert into make_it_clap (duration_seconds) select 40 from generate_series(1, 60)"),
    ],
    ["Watch their Jobs", `${kubectl} get jobs -n ${namespaces.batches} --watch`],
    ["See what became of them", withStatement(there, "select * from clap order by id")],
    ["The database itself", there],
    ["What KEDA says", `${kubectl} logs -f -n ${namespaces.keda} deployment/keda-operator`],
    minikube
      ? ["Look around in a browser", `minikube dashboard${context ? ` --profile=${quote(context)}` : ""}`]
      : undefined,
    variables.length > 0 ? ["Before pulumi's own commands", `export ${variables.join(" ")}`] : undefined,
    ["One Job by hand (insert a row first)", `pulumi stack output job${forStack} | ${kubectl} create -f -`],
    ["Change a setting", `npm run up${withArguments} --config pollingInterval=5`],
    ["Take it all away", `npm run down${stack === DEFAULT_STACK ? "" : withArguments}`],
  ];
  return lines.flatMap((line) => (line === undefined ? [] : ["", `# ${line[0]}`, line[1]]));
}

/** How to go on when `pulumi up` or `pulumi destroy` ended before its end. */
export function howToGoOn(
  script: "up" | "down",
  {
    stack,
    passedOn,
    env,
  }: { readonly stack: string; readonly passedOn: readonly string[]; readonly env: Deployed["env"] },
): string[] {
  const own = [...(stack === DEFAULT_STACK ? [] : ["--stack", stack]), ...passedOn];
  const again = ["npm run", script, ...(own.length > 0 ? ["--", ...own.map(quote)] : [])].join(" ");
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quote(value)} `);
  return [
    "Unfinished. What is done is kept; to go on, with what is told above mended:",
    again,
    "",
    "# Before that, if Pulumi says that the stack is locked, and no other pulumi runs",
    `${variables.join("")}pulumi cancel --yes --stack ${stack}`,
  ];
}

/** The command that opens psql, made to execute one statement instead. */
function withStatement(psql: string, statement: string): string {
  const [, before, after] = /^(.* psql .*)(')$/.exec(psql) ?? [];
  if (before === undefined)
    throw new Error(`the stack's output psql must end with psql and its arguments; got ${psql}`);
  return `${before.replace(" -it ", " ")} -c "${statement}"${after}`;
}

function quote(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
