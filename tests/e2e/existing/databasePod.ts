import { POSTGRESQL_IMAGES } from "../../../components/charts.ts";
import { issueCertificate } from "../../support/issueCertificate.ts";
import { until } from "../../support/until.ts";
import type { Cluster } from "../cluster.ts";
import { ServerPod } from "../serverPod.ts";
import { SHOP } from "./applications.ts";
import type { ExistingDatabase } from "./existingContext.ts";
import { createPassword } from "./outsideDatabase.ts";

const NAME = "server";
/** The name of the namespace, and of nothing that a stack creates. */
const NAMESPACE = "data";
const PORT = 5_432;
const READY = { timeoutMs: 180_000, intervalMs: 1_000 };

/**
 * Starts a PostgreSQL with the database of `SHOP` as a pod of one node. Its data is on that node, and no fault of the node
 * makes Kubernetes delete it: a pod with a volume that no other node can have could not run elsewhere either.
 */
export async function startDatabasePod(cluster: Cluster, node: string): Promise<ExistingDatabase> {
  const remove = () => cluster.kubectl(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait"]);
  await remove();
  const create = (object: object) => cluster.kubectl(["create", "-f", "-"], JSON.stringify(object));
  const owner = { user: `${SHOP.name}_admin`, password: createPassword() };
  try {
    await cluster.kubectl(["create", "namespace", NAMESPACE]);
    await create(service());
    const jsonpath = "jsonpath={.spec.clusterIP}";
    const address = await cluster.kubectl(["get", "service", NAME, "-n", NAMESPACE, "-o", jsonpath]);
    const { authority, cert, key } = await issueCertificate(address);
    await create(secret({ password: createPassword(), "tls.crt": cert, "tls.key": key }));
    await create(pod(node));
    const where = { namespace: NAMESPACE, pod: NAME, host: address, database: SHOP.name, passwords: [owner.password] };
    const kubectl = (args: readonly string[], input?: string) => cluster.kubectl(args, input);
    const administrator = new ServerPod({ ...where, database: "postgres" }, kubectl);
    const answers = () => administrator.psql("select 1").catch(() => undefined);
    await until("PostgreSQL answers", answers, READY);
    await administrator.psql(`create role ${owner.user} login createrole password '${owner.password}'`);
    await administrator.psql(`create database ${SHOP.name} owner ${owner.user}`);
    return {
      ...{ address, port: PORT, poolerPort: PORT, authority, owners: { [SHOP.name]: owner } },
      server: new ServerPod(where, kubectl),
      [Symbol.asyncDispose]: async () => void (await remove()),
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function service(): object {
  const spec = { selector: { app: NAME }, ports: [{ port: PORT }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name: NAME, namespace: NAMESPACE }, spec };
}

function secret(stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: NAME, namespace: NAMESPACE }, stringData };
}

function pod(node: string): object {
  const files = "/secret";
  const env = {
    POSTGRES_PASSWORD_FILE: `${files}/password`,
    POSTGRESQL_ENABLE_TLS: "yes",
    POSTGRESQL_TLS_CERT_FILE: `${files}/tls.crt`,
    POSTGRESQL_TLS_KEY_FILE: `${files}/tls.key`,
  };
  const { repository, tag } = POSTGRESQL_IMAGES.server;
  const container = {
    name: "postgresql",
    image: `${repository}:${tag}`,
    imagePullPolicy: "IfNotPresent",
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 2 },
    volumeMounts: [
      { name: "data", mountPath: "/bitnami/postgresql" },
      { name: "files", mountPath: files, readOnly: true },
    ],
  };
  const spec = {
    nodeSelector: { "kubernetes.io/hostname": node },
    tolerations: [{ operator: "Exists" }],
    containers: [container],
    volumes: [
      { name: "data", emptyDir: {} },
      // PostgreSQL takes a key that is root's if no more than root's group may read it.
      { name: "files", secret: { secretName: NAME, defaultMode: 0o640 } },
    ],
    securityContext: { runAsUser: 1001, runAsGroup: 0, fsGroup: 1001 },
  };
  const metadata = { name: NAME, namespace: NAMESPACE, labels: { app: NAME } };
  return { apiVersion: "v1", kind: "Pod", metadata, spec };
}
