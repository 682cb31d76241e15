import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { roleSecretName } from "./roleSecretName.ts";

/** What all Secrets of a component have in common. */
interface RoleSecretsArgs {
  readonly namespace: pulumi.Input<string>;
  /** The namespace, if the component created it. */
  readonly deletedWith: k8s.core.v1.Namespace | undefined;
  /** Labels and annotations. */
  readonly metadata: object;
}

/** Creates the Secrets of a component's roles. */
export class RoleSecrets {
  readonly parent: pulumi.ComponentResource;
  readonly args: RoleSecretsArgs;
  /** The Secrets created so far. */
  readonly made: k8s.core.v1.Secret[] = [];
  readonly #name: string;

  constructor(name: string, parent: pulumi.ComponentResource, args: RoleSecretsArgs) {
    this.parent = parent;
    this.args = args;
    this.#name = name;
  }

  /** The name of a role's Secret, unless another one is given. */
  nameOf(role: string): string {
    return roleSecretName(this.#name, role);
  }

  /** Creates a Secret with a random password, which is replaced whenever `rotation` changes. */
  random(role: string, secretName: string, secretKey: string, rotation?: pulumi.Input<string>): void {
    const password = new random.RandomPassword(
      `${this.#name}-${role}-password`,
      // Only letters and digits: KEDA 2.19 and older misread backslashes, and shells misread much more.
      { length: 32, special: false, ...(rotation === undefined ? {} : { keepers: { passwordRotation: rotation } }) },
      { parent: this.parent },
    );
    this.given(role, secretName, secretKey, password.result);
  }

  /** Creates a Secret with the given content. */
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
