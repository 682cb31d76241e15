import type { DatabaseServer, LogIn } from "./databaseServer.ts";

const POD = "my-release-postgresql-0";
const PSQL = "PGPASSWORD=$(cat $POSTGRES_PASSWORD_FILE) exec psql -h 127.0.0.1 -U postgres -qAtX -v ON_ERROR_STOP=1";

/** The PostgreSQL that the stack installs, by the psql of its pod. */
export class ServerPod implements DatabaseServer {
  readonly passwords = [];
  readonly #namespace: string;
  readonly #kubectl: (args: readonly string[], input?: string) => Promise<string>;

  constructor(namespace: string, kubectl: (args: readonly string[], input?: string) => Promise<string>) {
    this.#namespace = namespace;
    this.#kubectl = kubectl;
  }

  async psql(statements: string): Promise<string> {
    return await this.#shell(PSQL, statements);
  }

  async restart(): Promise<void> {
    await this.#kubectl(["delete", "pod", POD, "-n", this.#namespace, "--wait=false"]);
  }

  async tryLogIn({ user, password, sslmode }: LogIn): Promise<string> {
    const host = `my-release-postgresql.${this.#namespace}.svc.cluster.local`;
    const psql = `psql "host=${host} dbname=postgres user=${user} sslmode=${sslmode}" -qAtX -c "select 'in'"`;
    return await this.#shell(`read -r PGPASSWORD && export PGPASSWORD && exec ${psql}`, `${password}\n`).then(
      (said) => said.trim(),
      (error: Error) => error.message,
    );
  }

  #shell(script: string, input: string): Promise<string> {
    const pod = ["exec", "-i", "-n", this.#namespace, POD, "-c", "postgresql"];
    return this.#kubectl([...pod, "--", "sh", "-c", script], input);
  }
}
