import { rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { Settings } from "../settings.ts";
import { Stack } from "../stack.ts";
import type { ConsumerProgram } from "./consumerPrograms.ts";

/** The name of the examples' projects. */
const PROJECT = "pages";

/** The stack of a program that takes the components as a package. */
export class ConsumerStack {
  readonly program: ConsumerProgram;
  readonly #stack: Stack;
  readonly #folder: string;

  private constructor(program: ConsumerProgram, stack: Stack, folder: string) {
    this.program = program;
    this.#stack = stack;
    this.#folder = folder;
  }

  /**
   * Prepares a copy of the program and its stack, after removing what an interrupted run has left of it. The folder is the same in every
   * run, since Pulumi keeps a stack's salt beside the program.
   */
  static async prepare(context: string, program: ConsumerProgram): Promise<ConsumerStack> {
    const name = `e2e-consumer-${program.name}`;
    const folder = join(tmpdir(), `postgres-batch-${name}-program-${userInfo().uid}-${context.replace(/\W/g, "-")}`);
    for (const part of ["checkout", "node_modules", "sdks"])
      await rm(join(folder, part), { recursive: true, force: true });
    const stack = await Stack.of(context, { name, project: { name: PROJECT, folder } });
    await program.prepare(folder, stack);
    await stack.init();
    const prepared = new ConsumerStack(program, stack, folder);
    await prepared.#destroyIfUp();
    return prepared;
  }

  /** Brings it up, until the result is disposed. */
  async up(
    settings: Settings,
    secrets: Readonly<Record<string, string>>,
  ): Promise<AsyncDisposable & { readonly seconds: number }> {
    this.#stack.configure(settings);
    for (const [key, value] of Object.entries(secrets)) await this.#stack.configureSecret(key, value);
    const seconds = await this.#stack.apply();
    return { seconds, [Symbol.asyncDispose]: async () => void (await this.#stack.destroy()) };
  }

  /** Removes the stack with whatever is left of it, and the program. */
  async remove(): Promise<void> {
    await this.#destroyIfUp();
    await this.#stack.remove();
    await rm(this.#folder, { recursive: true });
  }

  async #destroyIfUp(): Promise<void> {
    if ((await this.#stack.resources()).length > 1) await this.#stack.destroy();
  }
}
