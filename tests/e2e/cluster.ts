import { getOutput } from "../../cli/getOutput.ts";
import { until } from "../support/until.ts";
import type { DatabaseServer } from "./databaseServer.ts";
import { ServerPod } from "./serverPod.ts";

/** The namespace of the batches. */
export const NAMESPACE = "keda-with-postgresql";
/** The label of every Job that KEDA creates. */
export const KEDA_JOBS = "scaledjob.keda.sh/name=postgres-batch";

/** The server that the stack installs. */
const CHART_SERVER = {
  namespace: NAMESPACE,
  pod: "my-release-postgresql-0",
  host: `my-release-postgresql.${NAMESPACE}.svc.cluster.local`,
  database: "postgres",
};

/** What `kubectl get -o json` gives: a list of objects. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind.
  readonly [field: string]: any;
}

/** Whether an object has one of these conditions (`Ready`), and it is True. */
export function hasCondition({ status }: KubernetesObject, ...wanted: readonly string[]): boolean {
  const conditions: readonly { readonly type: string; readonly status: string }[] = status.conditions ?? [];
  return conditions.some((condition) => wanted.includes(condition.type) && condition.status === "True");
}

/** The parts of a cluster that the stack has not installed. */
interface ExistingParts {
  /** @default - the server that the stack installs */
  readonly server?: DatabaseServer;
  /** @default keda */
  readonly kedaNamespace?: string;
}

/** The cluster of one context, by kubectl, with its KEDA and the batches' PostgreSQL. */
export class Cluster {
  readonly context: string;
  readonly server: DatabaseServer;
  readonly kedaNamespace: string;

  constructor(context: string, { server, kedaNamespace = "keda" }: ExistingParts = {}) {
    this.context = context;
    this.server = server ?? new ServerPod(CHART_SERVER, (args, input) => this.kubectl(args, input));
    this.kedaNamespace = kedaNamespace;
  }

  /** The cluster of the kubeconfig's current context. */
  static async current(): Promise<Cluster> {
    return new Cluster((await getOutput("kubectl", ["config", "current-context"])).trim());
  }

  async kubectl(args: readonly string[], input = ""): Promise<string> {
    return await getOutput("kubectl", ["--context", this.context, ...args], { input });
  }

  async list(...args: readonly string[]): Promise<KubernetesObject[]> {
    return JSON.parse(await this.kubectl(["get", ...args, "-o", "json"])).items;
  }

  /** The Jobs that KEDA created. */
  async jobs(): Promise<KubernetesObject[]> {
    return await this.list("jobs", "-n", NAMESPACE, "-l", KEDA_JOBS);
  }

  /** Runs a statement as the superuser and returns its rows as objects. It is wrapped in `with`, so it may insert. */
  async rows<Row>(statement: string): Promise<Row[]> {
    return JSON.parse(
      await this.psql(`with answer as (${statement}) select coalesce(json_agg(answer), '[]') from answer`),
    );
  }

  async psql(statements: string): Promise<string> {
    return await this.server.psql(statements);
  }

  /** Restarts PostgreSQL, and waits until it answers. */
  async restartServer(): Promise<void> {
    const startedAt = () => this.psql("select pg_postmaster_start_time()").catch(() => undefined);
    const earlier = await this.psql("select pg_postmaster_start_time()");
    await this.server.restart();
    const returned = async () => ![undefined, earlier].includes(await startedAt());
    await until("PostgreSQL's return", returned, { timeoutMs: 180_000, intervalMs: 250 });
  }
}
