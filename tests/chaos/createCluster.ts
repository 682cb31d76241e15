import { Cluster, type ClusterArgs } from "../../simulator/cluster.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";
import type { BenchContext } from "../bench/context.ts";

/** High enough that no request becomes DEAD because its workers die. */
const CRASH_LIMIT = 1_000;

/** A cluster whose pods use the server, and end before it when the command is asked to stop. */
export function createCluster(
  { env, signal }: BenchContext,
  {
    backoffSeconds,
    env: more = {},
    ...rest
  }: { backoffSeconds: number; env?: NodeJS.ProcessEnv } & Pick<ClusterArgs, "execPrefix" | "podEnv">,
): Cluster {
  const { backoffLimit, graceSeconds } = DEFAULTS;
  const cluster = new Cluster({
    backoff: { backoffLimit, backoffSeconds },
    graceSeconds,
    ...rest,
    env: {
      ...env,
      ...more,
      BACKOFF_LIMIT: String(backoffLimit),
      BACKOFF_SECONDS: String(backoffSeconds),
      CRASH_LIMIT: String(CRASH_LIMIT),
    },
    onUnexpectedExit: (pod, exitCode, words) => console.error(`pod ${pod} ended with exit code ${exitCode}:\n${words}`),
  });
  signal.addEventListener("abort", () => {
    void cluster.stop();
    cluster.kill();
  });
  return cluster;
}
