import { getOutput } from "../../cli/getOutput.ts";
import { until } from "../support/until.ts";

/** The namespace of the batches. */
export const NAMESPACE = "keda-with-postgresql";
/** The label of every Job that KEDA creates. */
export const KEDA_JOBS = "scaledjob.keda.sh/name=postgres-batch";

/** PostgreSQL's pod. */
export const SERVER_POD = "my-release-postgresql-0";
const PSQL = "PGPASSWORD=$(cat $POSTGRES_PASSWORD_FILE) exec psql -h 127.0.0.1 -U postgres -qAtX -v ON_ERROR_STOP=1";

/** The output of `kubectl get -o json`: a list of objects. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind.
  readonly [field: string]: any;
}

/** The cluster of one context, accessed through kubectl, and its database, accessed through the server's own psql. */
export class Cluster {
  readonly context: string;

  constructor(context: string) {
    this.context = context;
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
    const shell = ["exec", "-i", "-n", NAMESPACE, SERVER_POD, "-c", "postgresql", "--", "sh", "-c", PSQL];
    return await this.kubectl(shell, statements);
  }

  /** Deletes PostgreSQL's pod and waits until the next one answers. */
  async restartServer(): Promise<void> {
    const startedAt = () => this.psql("select pg_postmaster_start_time()").catch(() => undefined);
    const earlier = await this.psql("select pg_postmaster_start_time()");
    await this.kubectl(["delete", "pod", SERVER_POD, "-n", NAMESPACE, "--wait=false"]);
    const returned = async () => ![undefined, earlier].includes(await startedAt());
    await until("PostgreSQL's return", returned, { timeoutMs: 180_000, intervalMs: 250 });
  }
}
