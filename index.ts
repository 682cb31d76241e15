import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { BatchScaledJob } from "./components/batchScaledJob.ts";
import { Cluster } from "./components/cluster.ts";
import { Keda } from "./components/keda.ts";
import { findBuiltImage, overlaidImage } from "./components/overlaidImage.ts";
import { Postgres } from "./components/postgres.ts";
import { SchemaMigration } from "./components/schemaMigration.ts";
import { stackBatchArgs } from "./components/stackBatchArgs.ts";
import { readStackConfig } from "./components/stackConfig.ts";
import { WorkerImage } from "./components/workerImage.ts";

const stackConfig = new pulumi.Config();
const config = readStackConfig((key) => stackConfig.get(key), process.env);
// Before anything is created: it is an error when the daemon does not answer.
const builtImages = config.batches.map((batch) => findBuiltImage(batch, config.image));

const provider = new k8s.Provider("cluster", {
  context: config.kubernetesContext,
  // Not $KUBECONFIG as it is now: that would be kept in the state, and be wrong on the next machine.
  kubeconfig: "",
  enableSecretMutable: true,
});
const options = { providers: [provider] };

const { uid } = new Cluster("cluster", {}, options);
const image = new WorkerImage("postgres-batch", { ...config.image, rebuildTrigger: uid }, options);
const runner =
  config.runner && new WorkerImage("postgres-batch-runner", { ...config.runner, rebuildTrigger: uid }, options);
const images = runner ? [image, runner] : [image];
// What a registry or an existing KEDA may refuse comes first: nothing else is created then.
const pushed = config.image.build?.registry ? images : [];
const keda = new Keda("keda", config.keda, { ...options, dependsOn: pushed });
const checked = [...pushed, ...(config.keda.existing ? [keda] : [])];
const postgres = new Postgres("postgres", config.database, { ...options, dependsOn: checked });

const { namespace, address: database, admin, worker, scaler, rolesPrepared } = postgres;
const pod = { ...config.pod, nodeSelector: { ...image.nodeSelector, ...config.pod.nodeSelector } };
const shared = { namespace, image: image.image, database, worker, scaler, pod };
const schema = new SchemaMigration(
  "schema-migration",
  { ...shared, ...config.migration, admin, rolesPrepared },
  {
    ...options,
    dependsOn: [postgres, image],
    ...(postgres.createdNamespace && { deletedWith: postgres.createdNamespace }),
  },
);

// A batch over another table is an element of the list `batches`, or another of these.
const after = { ...options, dependsOn: [keda, schema, ...images] };
const batches = config.batches.map((batch, index) => {
  const { platform } = config.image.build ?? {};
  const forRunner = { ...options, dependsOn: images };
  const overlaid =
    runner &&
    overlaidImage(batch, builtImages[index], { runner: runner.image, platform, rebuildTrigger: uid }, forRunner);
  const args = stackBatchArgs(batch, shared, runner?.image, overlaid?.image);
  return new BatchScaledJob(batch.name, args, {
    ...after,
    dependsOn: [...after.dependsOn, ...(overlaid ? [overlaid] : [])],
  });
});

/** One Job of the first batch as KEDA would create it: `pulumi stack output job | kubectl create -f -`. */
export const job = pulumi.output(batches[0]?.job ?? "");
/** Which cluster this is: `npm run up` and `npm run down` touch no other. */
export const cluster = { context: config.kubernetesContext, uid };
/** Where kubectl finds Jobs, and KEDA's operator. */
export const namespaces = { batches: namespace, keda: keda.namespace };
/** The kinds of its batches. */
export const kinds = config.batches.map(({ kind }) => kind);
/** The command that opens psql: in the bundled database's pod, or on an existing server. */
export const psql = postgres.psql;
