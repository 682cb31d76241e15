import { DEFAULT_KEDA } from "./kedaRules.ts";
import { DEFAULT_NAMESPACE } from "./postgresRules.ts";
import type { StackConfig } from "./stackConfig.ts";

/** The namespaces that a stack with this configuration creates; each is deleted at the end with everything in it. */
export function createdNamespaces({ keda, database }: Pick<StackConfig, "keda" | "database">): string[] {
  const { createNamespace = true, namespace = DEFAULT_NAMESPACE } = database;
  const operators = keda.existing === undefined && keda.install?.createNamespace !== false;
  return [
    ...(createNamespace ? [namespace] : []),
    ...(operators ? [keda.install?.namespace ?? DEFAULT_KEDA.namespace] : []),
  ];
}
