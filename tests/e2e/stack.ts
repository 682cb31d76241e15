import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dump, load } from "js-yaml";
import { getOutput } from "../../cli/getOutput.ts";
import { getPulumiOutput } from "./getPulumiOutput.ts";
import { type Settings, toConfig } from "./settings.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** Ignored by git; Pulumi finds it by the stack's name. */
const CONFIG_FILE = join(PROJECT, "Pulumi.e2e.yaml");

/** A resource as the state has it. */
export interface StackResource {
  readonly type: string;
  readonly urn: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type's own.
  readonly outputs: any;
}

/** The stack `e2e`, by the CLI. Its state is a folder of the machine's own, so that the next run can continue an interrupted one. */
export class Stack {
  readonly folder: string;
  /** Everything the CLI has said on the way. */
  transcript = "";

  constructor(context: string) {
    this.folder = join(tmpdir(), `postgres-batch-e2e-${userInfo().uid}-${context.replace(/\W/g, "-")}`);
    mkdirSync(this.folder, { recursive: true });
  }

  /** Makes the stack if it is not there. */
  async init(): Promise<void> {
    await this.pulumi(["stack", "select", "--create"]);
  }

  /** Seconds that a `pulumi up` with exactly these settings takes. */
  async up(settings: Settings, ...more: readonly string[]): Promise<number> {
    this.configure(settings);
    return await this.#timed(["up", "--yes", "--skip-preview", ...more]);
  }

  async destroy(): Promise<number> {
    return await this.#timed(["destroy", "--yes", "--skip-preview"]);
  }

  /** Removes the stack; its resources must be destroyed. */
  async remove(): Promise<void> {
    await this.pulumi(["stack", "rm", "--yes"]);
    rmSync(this.folder, { recursive: true });
  }

  /** Writes the settings beside the salt that Pulumi keeps in the same file. */
  configure(settings: Settings): void {
    const kept = existsSync(CONFIG_FILE) ? (load(readFileSync(CONFIG_FILE, "utf8")) as object) : {};
    writeFileSync(CONFIG_FILE, dump({ ...kept, config: toConfig(settings) }));
  }

  /** The stack's resources; none before the first up. */
  async resources(...options: readonly string[]): Promise<StackResource[]> {
    const { deployment } = JSON.parse(await this.pulumi(["stack", "export", ...options]));
    return deployment.resources ?? [];
  }

  /** Runs the CLI on this stack, whichever one is selected meanwhile; what it wrote to standard output. */
  async pulumi(args: readonly string[]): Promise<string> {
    return await getPulumiOutput(
      [...args, "--stack", "e2e", "--non-interactive", "--color", "never"],
      { cwd: PROJECT, env: this.#env },
      `the stack may be locked now, then this is needed: PULUMI_BACKEND_URL=${this.#backend} pulumi cancel --stack e2e --yes`,
    );
  }

  /** Runs a block of a page's commands in the checkout, as someone would who has selected this stack; what they wrote. */
  async shell(block: string): Promise<string> {
    return await getOutput("sh", ["-euc", block], { cwd: PROJECT, env: this.#env });
  }

  get #backend(): string {
    return `file://${this.folder}`;
  }

  get #env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PULUMI_BACKEND_URL: this.#backend,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }

  async #timed(args: readonly string[]): Promise<number> {
    const began = performance.now();
    this.transcript += await this.pulumi(args);
    return (performance.now() - began) / 1_000;
  }
}
