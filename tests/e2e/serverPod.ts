import type { DatabaseServer, LogIn } from "./databaseServer.ts";

/** A pod of the image that Bitnami's chart has. */
interface ServerPodArgs {
  readonly namespace: string;
  readonly pod: string;
  /** The host name that it has in the cluster. */
  readonly host: string;
  /** The batches' database. */
  readonly database: string;
  /** The passwords that the stack is given. @default - none: the stack creates them and the pod */
  readonly passwords?: readonly string[];
}

/** A PostgreSQL in the cluster, by the psql of its pod. */
export class ServerPod implements DatabaseServer {
  readonly passwords: readonly string[];
  readonly outlivesStack: boolean;
  readonly #args: ServerPodArgs;
  readonly #kubectl: (args: readonly string[], input?: string) => Promise<string>;

  constructor(args: ServerPodArgs, kubectl: (args: readonly string[], input?: string) => Promise<string>) {
    this.passwords = args.passwords ?? [];
    this.outlivesStack = args.passwords !== undefined;
    this.#args = args;
    this.#kubectl = kubectl;
  }

  async psql(statements: string): Promise<string> {
    const psql = `psql -h 127.0.0.1 -U postgres -d ${this.#args.database} -qAtX -v ON_ERROR_STOP=1`;
    return await this.#shell(`PGPASSWORD=$(cat $POSTGRES_PASSWORD_FILE) exec ${psql}`, statements);
  }

  async restart(): Promise<void> {
    await this.#kubectl(["delete", "pod", this.#args.pod, "-n", this.#args.namespace, "--wait=false"]);
  }

  async tryLogIn({ user, password, sslmode }: LogIn): Promise<string> {
    const { host, database } = this.#args;
    const psql = `psql "host=${host} dbname=${database} user=${user} sslmode=${sslmode}" -qAtX -c "select 'in'"`;
    return await this.#shell(`read -r PGPASSWORD && export PGPASSWORD && exec ${psql}`, `${password}\n`).then(
      (said) => said.trim(),
      (error: Error) => error.message,
    );
  }

  #shell(script: string, input: string): Promise<string> {
    const { namespace, pod } = this.#args;
    return this.#kubectl(["exec", "-i", "-n", namespace, pod, "-c", "postgresql", "--", "sh", "-c", script], input);
  }
}
