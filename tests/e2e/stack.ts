import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dump, load } from "js-yaml";
import { getOutput } from "../../cli/getOutput.ts";
import { getPulumiOutput } from "./getPulumiOutput.ts";
import { type Settings, toConfig } from "./settings.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** A stack other than this project's stack `e2e`. */
interface StackOptions {
  /** @default e2e */
  readonly name?: string;
  /** The name and the folder of another Pulumi project. @default - this one */
  readonly project?: { readonly name: string; readonly folder: string };
}

/** A resource in the state. */
interface StackResource {
  readonly type: string;
  readonly urn: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type's own.
  readonly outputs: any;
}

/**
 * The stack `e2e`, or another one, by the CLI. Its state is a local folder, so that the next run can continue an interrupted one; a
 * cluster that was recreated under the same name has another one.
 */
export class Stack {
  readonly folder: string;
  /** All output of the CLI. */
  transcript = "";
  readonly #name: string;
  readonly #project: { readonly name: string; readonly folder: string };
  /** Ignored by git; Pulumi finds it by the stack's name. */
  readonly #configFile: string;

  private constructor(folder: string, { name, project }: Required<StackOptions>) {
    this.#name = name;
    this.#project = project;
    this.#configFile = join(project.folder, `Pulumi.${name}.yaml`);
    this.folder = folder;
    mkdirSync(this.folder, { recursive: true });
  }

  /** The stack of the cluster; it may not exist yet. */
  static async of(
    context: string,
    { name = "e2e", project = { name: "postgres-batch", folder: PROJECT } }: StackOptions = {},
  ): Promise<Stack> {
    const kubeSystem = ["get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"];
    const uid = await getOutput("kubectl", ["--context", context, ...kubeSystem]);
    const folder = ["postgres-batch", name, userInfo().uid, context.replace(/\W/g, "-"), uid.trim()].join("-");
    return new Stack(join(tmpdir(), folder), { name, project });
  }

  /** Creates the stack if it does not exist. */
  async init(): Promise<void> {
    await this.pulumi(["stack", "select", "--create"]);
  }

  /** Runs `pulumi up` with exactly these settings; resolves with its duration in seconds. */
  async up(settings: Settings, ...more: readonly string[]): Promise<number> {
    this.configure(settings);
    return await this.apply(...more);
  }

  /** Runs `pulumi up` with the current settings; resolves with its duration in seconds. */
  async apply(...more: readonly string[]): Promise<number> {
    return await this.#timed(["up", "--yes", "--skip-preview", "--suppress-outputs", ...more]);
  }

  /** Destroys the stack's resources; resolves with its duration in seconds. */
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
    const kept = existsSync(this.#configFile) ? (load(readFileSync(this.#configFile, "utf8")) as object) : {};
    writeFileSync(this.#configFile, dump({ ...kept, config: toConfig(settings, this.#project.name) }));
  }

  /** Sets a secret within a setting: `database.existing.admin.password`. */
  async configureSecret(path: string, value: string): Promise<void> {
    await this.pulumi(["config", "set", "--path", "--secret", `${this.#project.name}:${path}`, value]);
  }

  /** The stack's resources; none before the first up. */
  async resources(...options: readonly string[]): Promise<StackResource[]> {
    const { deployment } = JSON.parse(await this.pulumi(["stack", "export", ...options]));
    return deployment.resources ?? [];
  }

  /** Runs the CLI on this stack, whichever stack is selected meanwhile; returns its standard output. */
  async pulumi(args: readonly string[]): Promise<string> {
    return await getPulumiOutput(
      [...args, "--stack", this.#name, "--non-interactive", "--color", "never"],
      { cwd: this.#project.folder, env: this.#env },
      `the stack may be locked now, then this is needed: PULUMI_BACKEND_URL=${this.#backend} pulumi cancel --stack ${this.#name} --yes`,
    );
  }

  /** Runs a page's block of commands in the project's folder, as a user who has selected this stack; returns their output. */
  async shell(block: string): Promise<string> {
    return await getOutput("sh", ["-euc", block], { cwd: this.#project.folder, env: this.#env });
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
