import * as pulumi from "@pulumi/pulumi";
import { passwordRule } from "./postgresRules.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";

/**
 * A role's password as a secret. One that comes from other resources, or is a secret of the program, is known only during the deployment, so
 * it is checked there.
 *
 * @param role - `admin`, `worker` or `scaler`
 * @throws RunError that does not show the password, as a rejection.
 */
export function checkedPassword(role: string, password: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.secret(password).apply((known) => {
    refuseWrongArgs(`the role ${role}`, passwordRule(role), { password: known });
    return known;
  });
}
