import { UsageError } from "../usageError.ts";
import { capture } from "./capture.ts";
import { FailedError } from "./failedError.ts";
import type { Deployment } from "./nextSteps.ts";
import { parseObject } from "./parseObject.ts";
import type { Session } from "./session.ts";
import { type DeployedCluster, readStackState } from "./stackState.ts";

/** The exports of index.ts; empty until the first `pulumi up` has succeeded. */
type Outputs = Partial<
  Pick<Deployment, "psql" | "namespaces" | "kinds" | "job"> & { readonly cluster: DeployedCluster }
>;

/** @throws FailedError with Pulumi's message when the outputs of the stack cannot be read. */
export async function readOutputs({ stack, env }: Pick<Session, "stack" | "env">): Promise<Outputs> {
  const { exitCode, stdout, stderr } = await capture("pulumi", ["stack", "output", "--json", "--stack", stack], env);
  if (exitCode !== 0) throw new FailedError(`cannot read the outputs of the stack ${stack}: ${stderr.trim()}`);
  return parseObject(stdout, "pulumi stack output --json");
}

/**
 * The cluster to which the stack is deployed; undefined if it is not deployed. Read before anything is started for
 * `context`. After the first `pulumi up` has failed or was interrupted there are no outputs, but the state knows the cluster.
 *
 * @throws UsageError when that cluster has another context: Pulumi would confuse the two clusters' resources.
 */
export async function readDeployedCluster(
  { stack, env }: Session,
  context: string,
): Promise<DeployedCluster | undefined> {
  const { cluster = (await readStackState({ stack, env })).cluster } = await readOutputs({ stack, env });
  if (cluster !== undefined && cluster.context !== context) {
    throw new UsageError(
      `kubernetesContext must stay ${JSON.stringify(cluster.context)} while the stack ${stack} is deployed there (Pulumi would confuse the two clusters' resources); ` +
        `got ${JSON.stringify(context)}. Set it back and run npm run down first, or use another stack: npm run up -- --stack NAME`,
    );
  }
  return cluster;
}

/** Whether the cluster was recreated since the stack was deployed to it: its state names resources that no longer exist. */
export async function wasRecreated(cluster: DeployedCluster | undefined, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (cluster === undefined) return false;
  const namespace = ["--context", cluster.context, "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"];
  const { exitCode, stdout, stderr } = await capture("kubectl", namespace, env);
  if (exitCode !== 0) {
    throw new FailedError(
      `cannot identify the cluster of ${cluster.context} by its namespace kube-system: ${stderr.trim()}`,
    );
  }
  return stdout.trim() !== cluster.uid;
}
