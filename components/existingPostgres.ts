import * as pulumi from "@pulumi/pulumi";
import { DEFAULTS } from "../worker/src/settings.ts";
import { checkedPassword } from "./checkedPassword.ts";
import { checkedAuthority, checkServer } from "./checkServer.ts";
import { type DatabaseAddress, DEFAULT_CA_KEY, type RoleCredentials } from "./database.ts";
import type { PreparedPostgres } from "./installPostgres.ts";
import type { ExistingPostgresArgs, RoleArgs, TlsArgs } from "./postgresArgs.ts";
import type { RoleSecrets } from "./roleSecrets.ts";

interface ExistingArgs extends ExistingPostgresArgs {
  readonly passwordRotation: pulumi.Input<string>;
}

/** Prepares an existing PostgreSQL: creates a Secret for each password that is not in one yet. */
export function existingPostgres(secrets: RoleSecrets, args: ExistingArgs): PreparedPostgres {
  const { host, port = DEFAULTS.port, database, pooler, worker, scaler } = args;
  const address: DatabaseAddress = { host, port, database, ...tls(secrets, args.tls), ...(pooler && { pooler }) };
  const roles = {
    admin: givenRole(secrets, "admin", args.admin),
    worker: worker ? givenRole(secrets, "worker", worker) : createdRole(secrets, "worker", args),
    scaler: scaler ? givenRole(secrets, "scaler", scaler) : createdRole(secrets, "scaler", args),
  };
  const { admin } = roles;
  checkServer({ host, port, database, admin: admin.user, worker: roles.worker.user, scaler: roles.scaler.user });
  return {
    address,
    ...roles,
    rolesPrepared: worker !== undefined,
    psql: pulumi
      .all([host, port, database, admin.user])
      .apply(([server, tcpPort, name, user]) => psql({ server, tcpPort, name, user })),
  };
}

/** An existing role. */
function givenRole(secrets: RoleSecrets, role: string, args: RoleArgs): RoleCredentials {
  const { user, password, secretName, secretKey = "password" } = args;
  if (secretName !== undefined) return { user, secretName, secretKey };
  const created = secrets.nameOf(role);
  secrets.given(role, created, "password", checkedPassword(role, password ?? ""));
  return { user, secretName: created, secretKey: "password" };
}

/** A role that the migration creates. */
function createdRole(secrets: RoleSecrets, role: string, args: ExistingArgs): RoleCredentials {
  const secretName = secrets.nameOf(role);
  secrets.random(role, secretName, "password", args.passwordRotation);
  return { user: `${args.rolePrefix ?? "batch"}_${role}`, secretName, secretKey: "password" };
}

function tls(
  secrets: RoleSecrets,
  { mode = "verify-full", scalerMode = "require", serverName, ca, ...secret }: TlsArgs = {},
) {
  const modes = { sslMode: mode, scalerSslMode: scalerMode, ...(serverName !== undefined && { serverName }) };
  if (ca !== undefined) {
    const caSecretName = secrets.nameOf("ca");
    secrets.given("ca", caSecretName, DEFAULT_CA_KEY, checkedAuthority(ca));
    return { ...modes, caSecretName, caSecretKey: DEFAULT_CA_KEY };
  }
  const { caSecretName, caSecretKey = DEFAULT_CA_KEY } = secret;
  return caSecretName === undefined ? modes : { ...modes, caSecretName, caSecretKey };
}

/** A psql command for any machine that reaches the server; psql asks for the password. */
function psql(to: Readonly<Record<"server" | "name" | "user", string>> & { readonly tcpPort: number }): string {
  const [user, name] = [to.user, to.name].map(encodeURIComponent);
  const server = to.server.includes(":") ? `[${to.server}]` : to.server;
  // `require`, not `verify-full`: the certificate authority is in the cluster, not on this machine.
  return `sh -c 'exec psql "postgresql://${user}@${server}:${to.tcpPort}/${name}?sslmode=require"'`;
}
