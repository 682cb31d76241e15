import { fileURLToPath } from "node:url";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./contentHash.ts";
import type { DatabaseAddress, Login } from "./login.ts";
import { secretVariable, workerPod } from "./workerPod.ts";

export interface SchemaMigrationArgs {
  readonly namespace: k8s.core.v1.Namespace;
  readonly image: string;
  readonly address: DatabaseAddress;
  /** Owns the schema. */
  readonly admin: Login;
  /** Gets its password and its rights. */
  readonly worker: Login;
  /** Gets its password and its rights. */
  readonly scaler: Login;
  /** When it changes, the roles have new passwords, and the server is told. */
  readonly passwordRotation: string;
}

/** Brings the database to the newest version and makes the roles: a Job that the rest waits for. */
export class SchemaMigration extends pulumi.ComponentResource {
  /** What reads the schema, or logs in as a role, depends on it. */
  readonly job: k8s.batch.v1.Job;

  constructor(name: string, args: SchemaMigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:SchemaMigration", name, {}, opts);
    const { namespace, image, address, admin, worker, scaler, passwordRotation } = args;
    const version = schemaVersion(fileURLToPath(new URL("../sql", import.meta.url)), passwordRotation);
    this.job = new k8s.batch.v1.Job(
      name,
      {
        metadata: {
          // By its schema and the passwords' generation: changed ones are a new Job.
          name: `${name}-${version}`,
          namespace: namespace.metadata.name,
          // A Job that failed runs again at the next pulumi up.
          annotations: { "pulumi.com/replaceUnready": "true" },
        },
        spec: {
          // A lost connection deserves another try, a wrong migration no more than that.
          backoffLimit: 1,
          activeDeadlineSeconds: 300,
          template: {
            spec: workerPod({
              name: "migrate",
              image,
              command: ["migrate"],
              address,
              login: admin,
              env: [secretVariable("WORKER_PASSWORD", worker), secretVariable("SCALER_PASSWORD", scaler)],
              cpu: "50m",
              memory: "128Mi",
              graceSeconds: 30,
            }),
          },
        },
      },
      // A schema that comes back, after a wrong migration was taken away, is a name that comes back.
      { parent: this, deletedWith: namespace, deleteBeforeReplace: true },
    );
    this.registerOutputs({ job: this.job });
  }
}

/** What the Job's name ends with: other for another schema, other rights and other passwords. */
export function schemaVersion(sqlFolder: string, passwordRotation: string): string {
  return contentHash(sqlFolder, ["migrations", "roles.sql"], [passwordRotation]);
}
