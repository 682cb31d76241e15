import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULTS } from "../worker/src/settings.ts";
import { POSTGRESQL_CHART, resolveChart } from "./charts.ts";
import { type DatabaseAddress, DEFAULT_CA_KEY, type RoleCredentials } from "./database.ts";
import type { PostgresInstallArgs } from "./postgresArgs.ts";
import { DEFAULT_POSTGRES } from "./postgresInstallRules.ts";
import { postgresValues } from "./postgresValues.ts";
import type { RoleSecrets } from "./roleSecrets.ts";
import { serviceName } from "./serviceName.ts";
import { withDefaults } from "./withDefaults.ts";

/** A database, with everything its clients need to connect. */
export interface PreparedPostgres {
  readonly release?: k8s.helm.v3.Release;
  readonly address: DatabaseAddress;
  readonly admin: RoleCredentials;
  readonly worker: RoleCredentials;
  readonly scaler: RoleCredentials;
  readonly rolesPrepared: boolean;
  readonly psql: pulumi.Input<string>;
}

interface InstallArgs extends PostgresInstallArgs {
  readonly namespace: pulumi.Input<string>;
  readonly passwordRotation: pulumi.Input<string>;
}

/** Installs the chart, with a password for each of the three roles. */
export function installPostgres(name: string, secrets: RoleSecrets, args: InstallArgs): PreparedPostgres {
  const { chart, imageRegistry, imagePullSecrets, releaseName, clusterDomain, namespace, passwordRotation } =
    withDefaults(DEFAULT_POSTGRES, args);
  const service = serviceName(releaseName);
  // The chart's notes name this Secret.
  const admin = { user: "postgres", secretName: service, secretKey: "postgres-password" };
  const worker = { user: "batch_worker", secretName: secrets.nameOf("worker"), secretKey: "password" };
  const scaler = { user: "batch_scaler", secretName: secrets.nameOf("scaler"), secretKey: "password" };
  // Never rotated: the server stores the password in its volume at its first start and does not read the Secret again.
  secrets.random("admin", admin.secretName, admin.secretKey);
  secrets.random("worker", worker.secretName, worker.secretKey, passwordRotation);
  secrets.random("scaler", scaler.secretName, scaler.secretKey, passwordRotation);
  const { deletedWith, metadata } = secrets.args;
  const release = new k8s.helm.v3.Release(
    name,
    {
      name: releaseName,
      namespace: secrets.args.namespace,
      ...resolveChart(chart, POSTGRESQL_CHART),
      timeout: 600,
      values: pulumi
        .output({
          registry: imageRegistry,
          imagePullSecrets,
          clusterDomain,
          admin,
          hbaName: `${service}-hba`,
          ...metadata,
        })
        .apply(postgresValues),
    },
    { parent: secrets.parent, dependsOn: [...secrets.made], ...(deletedWith && { deletedWith }) },
  );
  const address: DatabaseAddress = {
    // The name in the chart's certificate.
    host: pulumi.interpolate`${service}.${namespace}.svc.${clusterDomain}`,
    port: DEFAULTS.port,
    database: "postgres",
    sslMode: "verify-full",
    caSecretName: `${service}-crt`,
    caSecretKey: DEFAULT_CA_KEY,
  };
  return {
    release,
    address,
    admin,
    worker,
    scaler,
    rolesPrepared: false,
    psql: pulumi.interpolate`kubectl exec -it -n ${namespace} ${service}-0 -c postgresql -- sh -c 'PGPASSWORD=$(cat $POSTGRES_PASSWORD_FILE) psql -h 127.0.0.1 -U postgres'`,
  };
}
