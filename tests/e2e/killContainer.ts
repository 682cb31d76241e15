import { getOutput } from "../../cli/getOutput.ts";
import { type Cluster, NAMESPACE } from "./cluster.ts";

/** Ends a pod's container by SIGKILL, from outside: a container's first process ignores SIGKILL from inside. */
export async function killContainer(cluster: Cluster, pod: string, container: string): Promise<void> {
  const labels = [`io.kubernetes.pod.name=${pod}`, `io.kubernetes.container.name=${container}`];
  const find = ["ps", "--quiet", ...labels.flatMap((label) => ["--filter", `label=${label}`])];
  const inNode = (await getOutput("docker", find)) === "" ? await dockerInNode(cluster, pod) : [];
  const found = await getOutput("docker", [...inNode, ...find]);
  await getOutput("docker", [...inNode, "kill", "--signal", "KILL", found.trim()]);
}

/** Arguments of `docker` that reach the daemon of the pod's node if the local one does not run the pods: a minikube with several nodes. */
async function dockerInNode(cluster: Cluster, pod: string): Promise<string[]> {
  const node = await cluster.kubectl(["get", "pod", pod, "-n", NAMESPACE, "-o", "jsonpath={.spec.nodeName}"]);
  return ["exec", node, "docker"];
}
