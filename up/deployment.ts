import { ask } from "./run.ts";
import { type Session, UsageError } from "./session.ts";

/** The cluster that a stack is deployed to, as its output `cluster` says. */
interface Home {
  readonly context: string;
  /** The uid of its namespace kube-system: another one is another cluster, whatever its context is called. */
  readonly uid: string;
}

/**
 * What Pulumi must be told besides, for a stack that may be deployed already: `--refresh` where its cluster was made anew,
 * because the state names what is not there any more.
 *
 * @throws UsageError when it is deployed to the cluster of another context: Pulumi would take the things of the one for the other's.
 */
export async function flagsFor({ stack, env }: Session, context: string): Promise<readonly string[]> {
  const outputs = await ask("pulumi", ["stack", "output", "--json", "--stack", stack], env);
  if (outputs.exitCode !== 0) throw new Error(`the stack's outputs must be readable; got ${outputs.stderr.trim()}`);
  const { cluster } = JSON.parse(outputs.stdout || "{}") as { readonly cluster?: Home };
  if (cluster === undefined) return [];
  if (cluster.context !== context) {
    throw new UsageError(
      `kubernetesContext must stay ${JSON.stringify(cluster.context)} while the stack ${stack} is deployed there (Pulumi would take what is on one cluster for the other's); ` +
        `got ${JSON.stringify(context)}. Set it back and npm run down first, or make another stack: npm run up -- --stack NAME`,
    );
  }
  const namespace = ["--context", context, "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"];
  const { exitCode, stdout, stderr } = await ask("kubectl", namespace, env);
  if (exitCode !== 0) throw new Error(`the cluster of ${context} must tell its kube-system; got ${stderr.trim()}`);
  return stdout.trim() === cluster.uid ? [] : ["--refresh"];
}
