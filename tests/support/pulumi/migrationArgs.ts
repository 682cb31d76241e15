import type { SchemaMigrationArgs } from "../../../components/schemaMigration.ts";

const role = (user: string) => ({ user, secretName: user.replace("_", "-"), secretKey: "password" });

/** A server that is verified by an authority of its own. */
export const DATABASE = {
  ...{ host: "postgres.example", port: 5432, database: "postgres" },
  ...{ sslMode: "verify-full", caSecretName: "postgres-crt" },
} as const;

/** The required arguments of a migration, of a database with a pooler, which it must bypass. */
export const MIGRATION_ARGS: SchemaMigrationArgs = {
  namespace: "batches",
  image: { reference: "worker:tag" },
  database: {
    host: "postgres.example",
    port: 5432,
    database: "postgres",
    sslMode: "verify-full",
    pooler: { host: "pooler.example" },
  },
  admin: role("postgres"),
  worker: role("batch_worker"),
  scaler: role("batch_scaler"),
};
