import * as pulumi from "@pulumi/pulumi";

interface Texts {
  readonly [name: string]: string;
}

/**
 * The user's labels or annotations with the component's own, which take precedence. A program in another language may pass an output,
 * which an object spread would empty, or keep whole without the component's own.
 */
export function withOwn(given: pulumi.Input<Texts> | undefined, own: Texts): pulumi.Output<Texts> {
  return pulumi.output(given).apply((known) => ({ ...known, ...own }));
}
