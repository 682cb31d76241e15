import * as pulumi from "@pulumi/pulumi";
import { type Changed, toText } from "./configProblems.ts";
import { declaredDefaults } from "./declaredConfig.ts";

/**
 * Gives the stack's program its configuration with some keys changed. Call it before the program is loaded.
 *
 * @param secretKeys - the keys that are secret, as in Pulumi's config: `postgres-batch:database`
 */
export function configureStack(changed: Changed = {}, secretKeys: string[] = []): void {
  const values = Object.entries({ ...declaredDefaults(), ...changed });
  const config = Object.fromEntries(values.map(([key, value]) => [`postgres-batch:${key}`, toText(value) ?? ""]));
  pulumi.runtime.setAllConfig(config, secretKeys);
}
