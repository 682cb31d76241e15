import type { ContainerStatus } from "./kubernetesObject.ts";

/** What to do where the scheduler finds no node for a pod. */
export function schedulingAdvice(message: string, namespace: string): string {
  if (/persistentvolumeclaim/i.test(message)) {
    return `the cluster must provide a volume: see kubectl get storageclass (one must be the default) and kubectl describe pvc -n ${namespace}`;
  }
  if (/disk-pressure/.test(message)) return "free disk space on the node: see kubectl describe nodes";
  if (/Insufficient/.test(message)) {
    return 'give the cluster more, for example minikube delete and MINIKUBE_START_FLAGS="--cpus=4 --memory=8g" npm run up, or remove what reserves it: kubectl describe nodes';
  }
  return "see kubectl describe nodes for their taints and what they have left";
}

/** What to do about a container in an error state. */
export function containerAdvice(reason: string, { image = "its image", lastState, state }: ContainerStatus): string {
  switch (reason) {
    case "ErrImagePull":
    case "ImagePullBackOff":
    case "RegistryUnavailable":
      return `the node must be able to pull ${image}: check the reference and the registry (kedaImageRegistry, postgresqlImageRegistry), or bring it to the node: minikube image load ${image}. See docs/air-gapped.md`;
    case "InvalidImageName":
      return `correct the image's reference, ${image}`;
    case "ErrImageNeverPull":
      return "the image must be in the node's Docker daemon: npm run up -- --replace '**docker:index/image:Image::postgres-batch' builds it there again";
    case "CreateContainerConfigError":
      return /secret|configmap/i.test(state?.waiting?.message ?? "")
        ? "create what it names again: npm run up -- --refresh"
        : "correct what the message names";
    case "CrashLoopBackOff":
      return (lastState?.terminated ?? state?.terminated)?.reason === "OOMKilled"
        ? "it needs more memory than its limit allows, or than the node has"
        : "its log says why it ends";
    default:
      return "see the events";
  }
}
