import { UsageError } from "../usageError.ts";
import type { CheckedSettings } from "./checkSettings.ts";
import type { Kubectl } from "./kubectl.ts";
import { isOlder, parseVersion, type Version } from "./versions.ts";

interface Node {
  readonly metadata: { readonly name: string };
  readonly status: { readonly nodeInfo: { readonly containerRuntimeVersion: string } };
}

/** The first version of containerd that mounts images. Docker never does; other runtimes are not known here. */
const MINIMUM_CONTAINERD: Version = [2, 1, 0];

const POD = { spec: { volumes: [{ name: "runner", image: { reference: "runner:1" } }] } };
const REFERENCE = "jsonpath={.spec.volumes[*].image.reference}";

/**
 * Checks that the cluster can mount the runner's image, if the settings say so: otherwise no command would start. Warns if only some nodes
 * can.
 *
 * @throws UsageError when the API server does not accept such a volume, or no node can mount it.
 */
export async function checkImageVolumes(
  kubectl: Pick<Kubectl, "run" | "list">,
  { mountsRunner = false }: CheckedSettings,
): Promise<void> {
  if (!mountsRunner) return;
  const pod = ["run", "runner", "--image=runner:1", `--overrides=${JSON.stringify(POD)}`];
  const { exitCode, stdout } = await kubectl.run([...pod, "--dry-run=server", "-o", REFERENCE]);
  // Without the feature the API server removes the volume and accepts the pod.
  if (exitCode === 0 && stdout === "")
    throw new UsageError(
      "image.mountRunner must be false unless the API server accepts volumes from images (by default from Kubernetes 1.35 on); got true",
    );
  const nodes = (await kubectl.list<Node>("nodes", "--selector=kubernetes.io/os=linux")) ?? [];
  const unable = nodes.filter(({ status }) => !mountsImages(status.nodeInfo.containerRuntimeVersion));
  if (unable.length === 0) return;
  const [{ metadata, status }] = unable as [Node];
  const example = `${metadata.name} has ${status.nodeInfo.containerRuntimeVersion}`;
  const needed = `containerd ${MINIMUM_CONTAINERD.slice(0, 2).join(".")} or newer does`;
  if (unable.length === nodes.length)
    throw new UsageError(
      `image.mountRunner must be false unless nodes mount images (${needed}); got true, and ${example}`,
    );
  console.error(
    `warning: the pods of commands do not start on ${unable.length} of ${nodes.length} nodes, which cannot mount the runner's image ` +
      `(${needed}; ${example}). Keep them away with pod.nodeSelector, or set image.mountRunner to false`,
  );
}

function mountsImages(runtime: string): boolean {
  if (runtime.startsWith("docker:")) return false;
  return !(runtime.startsWith("containerd:") && isOlder(parseVersion(runtime), MINIMUM_CONTAINERD));
}
