import * as pulumi from "@pulumi/pulumi";

/** A number as a string, for environment variables and trigger metadata; accepts outputs as well. */
export function toText(value: pulumi.Input<number>): pulumi.Input<string> {
  return typeof value === "number" ? String(value) : pulumi.output(value).apply(String);
}
