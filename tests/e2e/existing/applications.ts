import type { Registry } from "../nodes/registry.ts";
import type { Settings } from "../settings.ts";
import type { OutsideDatabase } from "./outsideDatabase.ts";

/** The namespace of the existing KEDA. */
export const KEDA_NAMESPACE = "scaling";

/** A stack on a shared cluster: its namespace and its database have its name. */
export interface Application {
  readonly name: string;
  /** The kind of its requests. */
  readonly kind: string;
  /** Inserts a request of 2 s for each row of the `from` clause that is appended. */
  readonly insert: string;
  /** Its ScaledJob. */
  readonly batch: string;
  /** The image that its pods pull from the registry. */
  readonly image: string;
}

/** The sample, directly on the server, in an existing namespace with existing Secrets. */
export const SHOP: Application = {
  name: "shop",
  kind: "clap",
  insert: "insert into make_it_clap (duration_seconds) select 2",
  batch: "postgres-batch",
  image: "postgres-batch",
};

/** A command for a table of the owner's, behind PgBouncer, in a namespace of the stack. */
export const DEPOT: Application = {
  name: "depot",
  kind: "parcel",
  insert: "insert into depot.parcels (weight) select 1",
  batch: "parcel",
  image: "postgres-batch-runner",
};

/** The existing Secrets of `SHOP`, by their names and keys. */
export const SHOP_SECRETS = { admin: "shop-owner", authority: "server-ca" } as const;

/** The existing installation. */
export interface Given {
  readonly outside: Pick<OutsideDatabase, "address" | "port" | "poolerPort" | "owners">;
  readonly registry: Registry;
  /** The file of the server's authority. */
  readonly caFile: string;
  readonly maxReplicaCount: number;
}

/** The settings of a stack for an existing installation, without the owner's password of `DEPOT`, which is a secret setting. */
export function applicationSettings({ name }: Application, settings: Settings, given: Given): Settings {
  const { outside, registry, caFile, maxReplicaCount } = given;
  const server = { host: outside.address, port: outside.port, database: name };
  const user = outside.owners[name]?.user;
  const shared = {
    ...settings,
    namespace: name,
    maxReplicaCount: String(maxReplicaCount),
    keda: JSON.stringify({ existing: { namespace: KEDA_NAMESPACE } }),
    image: JSON.stringify({ build: registry }),
  };
  if (name === SHOP.name) {
    const admin = { user, secretName: SHOP_SECRETS.admin };
    const database = { ...server, admin, tls: { caSecretName: SHOP_SECRETS.authority } };
    return { ...shared, createNamespace: "false", database: JSON.stringify({ existing: database }) };
  }
  const pooler = { host: outside.address, port: outside.poolerPort };
  const database = { ...server, admin: { user }, rolePrefix: name, tls: { caFile }, pooler };
  const work = { image: "debian:bookworm-slim", imagePullPolicy: "IfNotPresent", command: ["sleep", "2"] };
  return {
    ...shared,
    leaseSeconds: "30",
    database: JSON.stringify({ existing: database }),
    batches: JSON.stringify([{ kind: DEPOT.kind, table: "depot.parcels", ...work }]),
  };
}
