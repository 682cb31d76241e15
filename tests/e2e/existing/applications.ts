import type { Registry } from "../nodes/registry.ts";
import type { Settings } from "../settings.ts";
import type { OutsideDatabase } from "./outsideDatabase.ts";

/** The namespace of the KEDA that is there before. */
export const KEDA_NAMESPACE = "scaling";

/** A stack among what is there: its namespace, and its database, are called as it is. */
export interface Application {
  readonly name: string;
  /** The kind of its requests. */
  readonly kind: string;
  /** Inserts a request, which works for 2 s, for each row of what `from` is added for. */
  readonly insert: string;
  /** Its ScaledJob. */
  readonly batch: string;
  /** The image that its pods pull from the registry. */
  readonly image: string;
}

/** The sample, directly on the server, in a namespace and with Secrets that are there before. */
export const SHOP: Application = {
  name: "shop",
  kind: "clap",
  insert: "insert into make_it_clap (duration_seconds) select 2",
  batch: "postgres-batch",
  image: "postgres-batch",
};

/** A command over a table of the owner's, behind PgBouncer, in a namespace of the stack's. */
export const DEPOT: Application = {
  name: "depot",
  kind: "parcel",
  insert: "insert into depot.parcels (weight) select 1",
  batch: "parcel",
  image: "postgres-batch-runner",
};

/** The Secrets of `SHOP` that are there before, by their names and keys. */
export const SHOP_SECRETS = { admin: "shop-owner", authority: "server-ca" } as const;

/** What is there before. */
export interface Given {
  readonly outside: Pick<OutsideDatabase, "address" | "port" | "poolerPort" | "owners">;
  readonly registry: Registry;
  /** The file of the server's authority. */
  readonly caFile: string;
  readonly maxReplicaCount: number;
}

/** The settings of a stack in what is given; the owner's password of `DEPOT` is missing, since it is a secret one. */
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
