import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { installPackage } from "../../support/installPackage.ts";
import type { Stack } from "../stack.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A user's program, which takes the components from this checkout: examples/consumers/NAME. */
export interface ConsumerProgram {
  readonly name: string;
  readonly language: string;
  /** Pulumi's program that runs the language. */
  readonly languageHost: string;
  /** Copies the example into its stack's folder and gives it the components, as their users do. */
  prepare(folder: string, stack: Stack): Promise<unknown>;
}

/** In the order in which they are deployed. */
export const CONSUMER_PROGRAMS: readonly ConsumerProgram[] = [
  {
    name: "typescript",
    language: "TypeScript",
    languageHost: "pulumi-language-nodejs",
    prepare: installPackage,
  },
  {
    name: "python",
    language: "Python",
    languageHost: "pulumi-language-python",
    prepare: (folder, stack) => addPackage("python", folder, stack),
  },
  {
    name: "yaml",
    language: "YAML",
    languageHost: "pulumi-language-yaml",
    prepare: (folder, stack) => addPackage("yaml", folder, stack),
  },
];

/** Writes the package into the copy's Pulumi.yaml; in Python it also generates the SDK and installs it in a virtual environment. */
async function addPackage(name: string, folder: string, stack: Stack): Promise<void> {
  await cp(`${ROOT}examples/consumers/${name}`, folder, { recursive: true });
  await stack.shell(`pulumi package add '${ROOT}'`);
}
