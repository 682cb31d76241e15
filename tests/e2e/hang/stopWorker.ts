import { type Cluster, NAMESPACE } from "../cluster.ts";

/** The letter in brackets prevents the shell from matching itself. */
const STOP = `for file in /proc/[0-9]*/cmdline; do
  if grep -qa 'worker/src/[m]ain.ts' "$file"; then pid=\${file#/proc/}; kill -STOP "\${pid%/cmdline}" && echo stopped; fi
done`;

/**
 * Suspends a pod's worker process (SIGSTOP); the kernel still answers for it.
 *
 * @throws Error when the pod has no worker, or more than one.
 */
export async function stopWorker(cluster: Cluster, pod: string, container: string): Promise<void> {
  const stopped = await cluster.kubectl(["exec", "-n", NAMESPACE, pod, "-c", container, "--", "sh", "-c", STOP]);
  if (stopped.trim() !== "stopped")
    throw new Error(`one worker must be stopped in ${pod}; got ${JSON.stringify(stopped)}`);
}
