import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Where a component's Secrets are. */
interface RoleSecretsArgs {
  readonly namespace: pulumi.Input<string>;
  /** The namespace, if it was created by the component. */
  readonly deletedWith: k8s.core.v1.Namespace | undefined;
  /** Labels and annotations. */
  readonly metadata: object;
}

/** Makes the Secrets of a component's roles. */
export class RoleSecrets {
  readonly parent: pulumi.ComponentResource;
  readonly args: RoleSecretsArgs;
  /** What was made so far. */
  readonly made: k8s.core.v1.Secret[] = [];
  readonly #name: string;

  constructor(name: string, parent: pulumi.ComponentResource, args: RoleSecretsArgs) {
    this.parent = parent;
    this.args = args;
    this.#name = name;
  }

  /** A Secret with a random password, another one whenever `rotation` changes. */
  random(role: string, secretName: string, secretKey: string, rotation?: string): void {
    const password = new random.RandomPassword(
      `${this.#name}-${role}-password`,
      // Letters and digits alone: KEDA 2.19 and older misread a backslash, and shells misread much more.
      { length: 32, special: false, ...(rotation === undefined ? {} : { keepers: { passwordRotation: rotation } }) },
      { parent: this.parent },
    );
    this.given(role, secretName, secretKey, password.result);
  }

  /** A Secret with that text. */
  given(role: string, secretName: string, secretKey: string, content: pulumi.Input<string>): void {
    const { namespace, deletedWith, metadata } = this.args;
    const secret = new k8s.core.v1.Secret(
      `${this.#name}-${role}-secret`,
      { metadata: { name: secretName, namespace, ...metadata }, stringData: { [secretKey]: content } },
      { parent: this.parent, ...(deletedWith && { deletedWith }) },
    );
    this.made.push(secret);
  }
}
