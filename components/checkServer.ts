import type * as pulumi from "@pulumi/pulumi";
import { checkedArgs } from "./checkedArgs.ts";
import { authorityRule, serverRule } from "./postgresRules.ts";

const SERVER = "the existing PostgreSQL";

/** An existing server, and the names of the three roles. */
export interface ServerArgs {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly database: pulumi.Input<string>;
  readonly admin: pulumi.Input<string>;
  readonly worker: pulumi.Input<string>;
  readonly scaler: pulumi.Input<string>;
}

/**
 * Checks what may come from other resources, and is known only during the deployment.
 *
 * @throws RunError as a rejection, which ends the program.
 */
export function checkServer(args: ServerArgs): void {
  const { admin, worker, scaler, ...server } = args;
  const roles = { admin: { user: admin }, worker: { user: worker }, scaler: { user: scaler } };
  checkedArgs(SERVER, serverRule, { ...server, ...roles }, () => undefined);
}

/**
 * The certificate of an authority that comes from another resource.
 *
 * @throws RunError as above.
 */
export function checkedAuthority(ca: pulumi.Input<string>): pulumi.Output<string> {
  return checkedArgs(SERVER, authorityRule, { tls: { ca } }, (known) => known.tls.ca);
}
