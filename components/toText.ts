import * as pulumi from "@pulumi/pulumi";

/** A number as a variable of the environment or a trigger's metadata has it, also one that only the deployment knows. */
export function toText(value: pulumi.Input<number>): pulumi.Input<string> {
  return typeof value === "number" ? String(value) : pulumi.output(value).apply(String);
}
