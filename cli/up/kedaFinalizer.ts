import type { Metadata, Pod } from "./kubernetesObject.ts";

/** KEDA puts it on ScaledJobs and TriggerAuthentications; only its running operator removes it. */
export const KEDA_FINALIZER = "finalizer.keda.sh";

/** A KEDA object, as `kubectl get -o json` prints it. */
export interface KedaObject {
  readonly kind: string;
  readonly metadata: Metadata;
}

/** Whether an object is being deleted and only waits for KEDA's operator. */
export function waitsForKeda({ metadata }: KedaObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(KEDA_FINALIZER) ?? false);
}

/** Whether one of the operator's pods is ready: otherwise no finalizer is removed. */
export function hasReadyPod(pods: readonly Pod[]): boolean {
  return pods.some(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True"),
  );
}

/**
 * The arguments of kubectl that remove only KEDA's finalizer from an object: the API server refuses them if the finalizers have
 * changed meanwhile.
 */
export function removeFinalizer({ kind, metadata }: KedaObject): string[] {
  const { namespace = "", name, finalizers = [] } = metadata;
  const path = `/metadata/finalizers/${finalizers.indexOf(KEDA_FINALIZER)}`;
  const patch = [
    { op: "test", path, value: KEDA_FINALIZER },
    { op: "remove", path },
  ];
  const object = `${kind.toLowerCase()}.keda.sh/${name}`;
  return ["patch", object, "-n", namespace, "--type=json", "-p", JSON.stringify(patch)];
}
