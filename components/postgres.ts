import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { chartFrom, POSTGRESQL_CHART } from "./charts.ts";
import type { DatabaseAddress, Login } from "./login.ts";
import { postgresValues } from "./postgresValues.ts";

/** The seed's names. */
const NAMESPACE = "keda-with-postgresql";
const RELEASE = "my-release";
const SERVICE = `${RELEASE}-postgresql`;

export interface PostgresArgs {
  /** Where the chart comes from: a repository's https:// or http://, an oci:// reference, or a local path. */
  readonly chart: string;
  /** The registry that the images come from. */
  readonly imageRegistry: string;
  /** When it changes, the passwords of `worker` and `scaler` are made anew; whoever migrates the schema tells the server. */
  readonly passwordRotation: string;
}

/** PostgreSQL in the namespace of the batches, with a password for each of its three roles. */
export class Postgres extends pulumi.ComponentResource {
  /** Where batches live too: whatever is in it goes with it. */
  readonly namespace: k8s.core.v1.Namespace;
  /** What uses the database depends on it. */
  readonly release: k8s.helm.v3.Release;
  readonly address: DatabaseAddress = {
    host: `${SERVICE}.${NAMESPACE}.svc.cluster.local`,
    port: 5432,
    database: "postgres",
    caSecretName: `${SERVICE}-crt`,
  };
  /** Opens psql as the superuser, in the server's own pod. */
  readonly psql =
    `kubectl exec -it -n ${NAMESPACE} ${SERVICE}-0 -c postgresql -- sh -c 'PGPASSWORD=$(cat $POSTGRES_PASSWORD_FILE) psql -h 127.0.0.1 -U postgres'`;
  /** The superuser, for migrations; the Secret bears the chart's name for it, as the chart's notes do. */
  readonly admin: Login = { user: "postgres", secretName: SERVICE, secretKey: "postgres-password" };
  readonly worker: Login = { user: "batch_worker", secretName: "batch-worker", secretKey: "password" };
  readonly scaler: Login = { user: "batch_scaler", secretName: "batch-scaler", secretKey: "password" };

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:Postgres", name, {}, opts);
    this.namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: NAMESPACE, labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
      { parent: this },
    );
    const { chart, imageRegistry, passwordRotation } = args;
    const secrets = [
      // Never anew: the server took it over into its volume when it first started, and reads the Secret no more.
      this.#secret(`${name}-admin`, this.admin),
      this.#secret(`${name}-worker`, this.worker, { passwordRotation }),
      this.#secret(`${name}-scaler`, this.scaler, { passwordRotation }),
    ];
    this.release = new k8s.helm.v3.Release(
      name,
      {
        name: RELEASE,
        namespace: this.namespace.metadata.name,
        ...chartFrom(chart, POSTGRESQL_CHART),
        timeout: 600,
        values: postgresValues({ registry: imageRegistry, admin: this.admin, hbaName: `${SERVICE}-hba` }),
      },
      { parent: this, dependsOn: secrets, deletedWith: this.namespace },
    );
    this.registerOutputs({ namespace: this.namespace, release: this.release });
  }

  #secret(name: string, { secretName, secretKey }: Login, keepers?: Record<string, string>): k8s.core.v1.Secret {
    const password = new random.RandomPassword(
      `${name}-password`,
      // Letters and digits alone: KEDA 2.19 and older got a backslash wrong, and shells get much more wrong.
      { length: 32, special: false, ...(keepers === undefined ? {} : { keepers }) },
      { parent: this },
    );
    return new k8s.core.v1.Secret(
      `${name}-secret`,
      {
        metadata: { name: secretName, namespace: this.namespace.metadata.name },
        stringData: { [secretKey]: password.result },
      },
      { parent: this, deletedWith: this.namespace },
    );
  }
}
