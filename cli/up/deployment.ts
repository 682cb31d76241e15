import type { Deployed } from "./nextSteps.ts";
import { ask } from "./run.ts";
import { type Session, UsageError } from "./session.ts";

/** The cluster that a stack is deployed to, as its output `cluster` says. */
interface Home {
  readonly context: string;
  /** The uid of its namespace kube-system: another one is another cluster, whatever its context is called. */
  readonly uid: string;
}

/** What index.ts exports; nothing of it before the first `pulumi up` has ended well. */
type Outputs = Partial<Pick<Deployed, "psql" | "namespaces"> & { readonly cluster: Home }>;

export async function outputsOf({ stack, env }: Pick<Session, "stack" | "env">): Promise<Outputs> {
  const { exitCode, stdout, stderr } = await ask("pulumi", ["stack", "output", "--json", "--stack", stack], env);
  if (exitCode !== 0) throw new Error(`the stack's outputs must be readable; got ${stderr.trim()}`);
  return JSON.parse(stdout || "{}");
}

/**
 * The cluster that the stack is deployed to; undefined where it is not. Asked before anything is started for `context`.
 *
 * @throws UsageError when it is the cluster of another context: Pulumi would take the things of the one for the other's.
 */
export async function homeOf({ stack, env }: Session, context: string): Promise<Home | undefined> {
  const { cluster: home } = await outputsOf({ stack, env });
  if (home !== undefined && home.context !== context) {
    throw new UsageError(
      `kubernetesContext must stay ${JSON.stringify(home.context)} while the stack ${stack} is deployed there (Pulumi would take what is on one cluster for the other's); ` +
        `got ${JSON.stringify(context)}. Set it back and npm run down first, or make another stack: npm run up -- --stack NAME`,
    );
  }
  return home;
}

/** `--refresh` where the cluster of `home` was made anew: the state names what is not there any more. */
export async function refreshFlags(home: Home | undefined, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  if (home === undefined) return [];
  const namespace = ["--context", home.context, "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"];
  const { exitCode, stdout, stderr } = await ask("kubectl", namespace, env);
  if (exitCode !== 0) throw new Error(`the cluster of ${home.context} must tell its kube-system; got ${stderr.trim()}`);
  return stdout.trim() === home.uid ? [] : ["--refresh"];
}
