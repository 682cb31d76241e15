import { type Cluster, NAMESPACE, SERVER_POD } from "./cluster.ts";

export interface LoginAttempt {
  readonly user: string;
  readonly password: string;
  /** `disable`: without TLS; `require`: only with TLS. */
  readonly sslmode: "disable" | "require";
}

const HOST = `my-release-postgresql.${NAMESPACE}.svc.cluster.local`;

/** Logs in to the database over the network; returns `in` or the server's error. The password is on no command line. */
export async function tryLogin(cluster: Cluster, { user, password, sslmode }: LoginAttempt): Promise<string> {
  const psql = `psql "host=${HOST} dbname=postgres user=${user} sslmode=${sslmode}" -qAtX -c "select 'in'"`;
  const shell = ["sh", "-c", `read -r PGPASSWORD && export PGPASSWORD && exec ${psql}`];
  return await cluster
    .kubectl(["exec", "-i", "-n", NAMESPACE, SERVER_POD, "-c", "postgresql", "--", ...shell], `${password}\n`)
    .then((said) => said.trim())
    .catch((error: Error) => error.message);
}
