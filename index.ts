import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { BatchScaledJob } from "./components/batchScaledJob.ts";
import { Cluster } from "./components/cluster.ts";
import { Keda } from "./components/keda.ts";
import { findBuiltImage, overlaidImage } from "./components/overlaidImage.ts";
import { Postgres } from "./components/postgres.ts";
import { SchemaMigration } from "./components/schemaMigration.ts";
import { settingNames } from "./components/settingNames.ts";
import { stackBatchArgs } from "./components/stackBatchArgs.ts";
import { readStackConfig } from "./components/stackConfig.ts";
import { withContext } from "./components/withContext.ts";
import { WorkerImage } from "./components/workerImage.ts";

const stackConfig = new pulumi.Config();
const getNames = (keys: readonly string[]) => settingNames(keys, pulumi.getProject());
const config = readStackConfig(
  (key) => stackConfig.get(key),
  process.env,
  getNames(Object.keys(pulumi.runtime.allConfig())),
  // The SDK's own list, which it does not export.
  getNames(JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]")),
);
// Before anything is created: it is an error when the daemon does not answer.
const builtImages = config.batches.map((batch) => findBuiltImage(batch, config.image));

const provider = new k8s.Provider("cluster", {
  context: config.kubernetesContext,
  // Not $KUBECONFIG: its value would be stored in the state, and be wrong on other machines.
  kubeconfig: "",
  enableSecretMutable: true,
});
const options = { providers: [provider] };

const { uid } = new Cluster("cluster", {}, options);
const image = new WorkerImage("postgres-batch", { ...config.image, rebuildTrigger: uid }, options);
const runner =
  config.runner && new WorkerImage("postgres-batch-runner", { ...config.runner, rebuildTrigger: uid }, options);
const images = runner ? [image, runner] : [image];
// Anything that a registry or an existing KEDA may refuse comes first, so that nothing else is created in that case.
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

// Add a batch for another table to the list `batches`, or create another BatchScaledJob here.
const after = { ...options, dependsOn: [keda, schema, ...images] };
const batches = config.batches.map((batch, index) => {
  const { platform } = config.image.build ?? {};
  const forRunner = { ...options, dependsOn: images };
  const overlaid =
    runner &&
    overlaidImage(batch, builtImages[index], { runner: runner.image, platform, rebuildTrigger: uid }, forRunner);
  const supplied = runner && { runner: runner.image, mountRunner: config.mountRunner };
  const args = stackBatchArgs(batch, shared, supplied, overlaid?.image);
  return new BatchScaledJob(batch.name, args, {
    ...after,
    dependsOn: [...after.dependsOn, ...(overlaid ? [overlaid] : [])],
  });
});

/** One Job of the first batch as KEDA would create it: `pulumi stack output job | kubectl create -f -`. */
export const job = pulumi.output(batches[0]?.job ?? "");
/** The stack's cluster: `npm run up` and `npm run down` use no other. */
export const cluster = { context: config.kubernetesContext, uid };
/** The namespaces of the Jobs and of KEDA's operator. */
export const namespaces = { batches: namespace, keda: keda.namespace };
/** The kinds of the stack's batches. */
export const kinds = config.batches.map(({ kind }) => kind);
/** The command that opens psql: in the bundled database's pod, or on an existing server. */
export const psql = postgres.psql.apply((command) => withContext(command, config.kubernetesContext));
