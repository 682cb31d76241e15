import * as pulumi from "@pulumi/pulumi";

/** A number as text, for an environment variable or a trigger's metadata; also one that is known only during the deployment. */
export function toText(value: pulumi.Input<number>): pulumi.Input<string> {
  return typeof value === "number" ? String(value) : pulumi.output(value).apply(String);
}
