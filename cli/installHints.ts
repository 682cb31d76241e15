/** Where to get the programs that commands need. */
export const INSTALL_HINTS: Readonly<Record<string, string>> = {
  docker: "https://docs.docker.com/get-started/get-docker/",
  helm: "https://helm.sh/docs/intro/install/",
  ip: "the package iproute2",
  kubectl: "https://kubernetes.io/docs/tasks/tools/",
  minikube: "https://minikube.sigs.k8s.io/docs/start/",
  pulumi: "https://www.pulumi.com/docs/install/",
};
