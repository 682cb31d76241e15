import * as pulumi from "@pulumi/pulumi";

interface StringMap {
  readonly [name: string]: string;
}

/**
 * The user's labels or annotations with the component's own, which take precedence. A program in another language may pass an output,
 * whose keys an object spread does not see.
 */
export function mergeMetadata(given: pulumi.Input<StringMap> | undefined, own: StringMap): pulumi.Output<StringMap> {
  return pulumi.output(given).apply((known) => ({ ...known, ...own }));
}
