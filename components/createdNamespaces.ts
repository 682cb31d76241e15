import { DEFAULT_KEDA } from "./kedaRules.ts";
import { DEFAULT_NAMESPACE } from "./postgresRules.ts";
import type { StackConfig } from "./stackConfig.ts";

/** A namespace that one of the stack's components creates. */
export interface CreatedNamespace {
  readonly component: "Postgres" | "Keda";
  readonly name: string;
}

/** The namespaces that a stack with this configuration creates; each is deleted at the end with everything in it. */
export function createdNamespaces({ keda, database }: Pick<StackConfig, "keda" | "database">): CreatedNamespace[] {
  const { createNamespace = true, namespace = DEFAULT_NAMESPACE } = database;
  const operators = keda.existing === undefined && keda.install?.createNamespace !== false;
  return [
    ...(createNamespace ? [{ component: "Postgres", name: namespace } as const] : []),
    ...(operators ? [{ component: "Keda", name: keda.install?.namespace ?? DEFAULT_KEDA.namespace } as const] : []),
  ];
}
