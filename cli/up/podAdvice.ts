import type { ContainerStatus } from "./kubernetesObject.ts";

/** Advice if the scheduler finds no node for a pod. */
export function schedulingAdvice(message: string, namespace: string): string {
  if (/persistentvolumeclaim/i.test(message)) {
    return `the cluster must provide a volume: see kubectl get storageclass (one must be the default) and kubectl describe pvc -n ${namespace}`;
  }
  if (/disk-pressure/.test(message)) return "free disk space on the node: see kubectl describe nodes";
  if (/Insufficient/.test(message)) {
    return 'give the cluster more resources, for example minikube delete and MINIKUBE_START_FLAGS="--cpus=4 --memory=8g" npm run up, or remove what reserves them: kubectl describe nodes';
  }
  return "see kubectl describe nodes for their taints and free resources";
}

/** Advice for a container in an error state. */
export function containerAdvice(reason: string, { image = "its image", lastState, state }: ContainerStatus): string {
  switch (reason) {
    case "ErrImagePull":
    case "ImagePullBackOff":
    case "RegistryUnavailable":
      return `the node must be able to pull ${image}: check the reference, the registry (image, kedaImageRegistry, postgresqlImageRegistry) and its Secrets (imagePullSecrets), or load it onto the node: minikube image load ${image}. See docs/air-gapped.md`;
    case "InvalidImageName":
      return `correct the image's reference, ${image}`;
    case "ErrImageNeverPull":
      return "the image must be in the node's Docker daemon; to build it there again: npm run up";
    case "CreateContainerConfigError":
      return /secret|configmap/i.test(state?.waiting?.message ?? "")
        ? "create the object or the key named in the message; if it is one of the stack's own: npm run up"
        : "correct the setting named in the message";
    case "CrashLoopBackOff":
      return (lastState?.terminated ?? state?.terminated)?.reason === "OOMKilled"
        ? "it needs more memory than its limit allows, or than the node has"
        : "its log shows why it ends";
    default:
      return "see the events";
  }
}
