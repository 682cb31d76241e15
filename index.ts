import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { BatchScaledJob } from "./components/batchScaledJob.ts";
import { Keda } from "./components/keda.ts";
import { Postgres } from "./components/postgres.ts";
import { SchemaMigration } from "./components/schemaMigration.ts";
import { readStackConfig } from "./components/stackConfig.ts";
import { WorkerImage } from "./components/workerImage.ts";

const stackConfig = new pulumi.Config();
const config = readStackConfig((key) => stackConfig.get(key));

const provider = new k8s.Provider("cluster", {
  context: config.kubernetesContext,
  // Not $KUBECONFIG as it is now: that would be kept in the state, and be wrong on the next machine.
  kubeconfig: "",
  enableSecretMutable: true,
});
const options = { providers: [provider] };

const keda = new Keda("keda", { chart: config.kedaChart, imageRegistry: config.kedaImageRegistry }, options);
const postgres = new Postgres(
  "postgres",
  {
    chart: config.postgresqlChart,
    imageRegistry: config.postgresqlImageRegistry,
    passwordRotation: config.passwordRotation,
  },
  options,
);
const image = new WorkerImage("postgres-batch", { baseImage: config.baseImage }, options);

const { namespace, address, admin, worker, scaler } = postgres;
const schema = new SchemaMigration(
  "schema-migration",
  { namespace, image: image.reference, address, admin, worker, scaler, passwordRotation: config.passwordRotation },
  { ...options, dependsOn: [postgres.release, image] },
);

// A batch over another table is another of these, with its own kind.
const claps = new BatchScaledJob(
  "postgres-batch",
  { ...config, kind: "clap", namespace, image: image.reference, address, worker, scaler },
  { ...options, dependsOn: [keda.release, schema, image] },
);

/** One Job as KEDA would create it: `pulumi stack output job | kubectl create -f -`. */
export const job = claps.job;
/** Which cluster this is: `npm run up` and `npm run down` touch no other. */
export const cluster = { context: config.kubernetesContext, uid: image.clusterUid };
/** Where to look with kubectl. */
export const namespaces = { batches: namespace.metadata.name, keda: keda.release.namespace };
/** The command that opens psql in the database's pod: `sh -c "$(pulumi stack output psql)"`. */
export const psql = postgres.psql;
