import type { Cluster } from "../cluster.ts";
import type { Settings } from "../settings.ts";
import { Stack } from "../stack.ts";
import { type Application, applicationSettings, DEPOT, type Given } from "./applications.ts";

/** A stack of this project on a shared cluster, until it is disposed. */
export class ApplicationStack implements AsyncDisposable {
  readonly application: Application;
  readonly stack: Stack;

  private constructor(application: Application, stack: Stack) {
    this.application = application;
    this.stack = stack;
  }

  /** Prepares the stack; destroys what an interrupted run has left of it, using the KEDA that existed then. */
  static async prepare(cluster: Cluster, application: Application): Promise<ApplicationStack> {
    const stack = await Stack.of(cluster.context, { name: `e2e-${application.name}` });
    await stack.init();
    if ((await stack.resources()).length > 1) await stack.destroy();
    return new ApplicationStack(application, stack);
  }

  /** The duration of its `pulumi up` in seconds. */
  async up(settings: Settings, given: Given): Promise<number> {
    const { name } = this.application;
    this.stack.configure(applicationSettings(this.application, settings, given));
    if (name === DEPOT.name)
      await this.stack.configureSecret("database.existing.admin.password", given.outside.owners[name]?.password ?? "");
    return await this.stack.apply();
  }

  /** A Job as KEDA creates it. */
  // biome-ignore lint/suspicious/noExplicitAny: a Job's manifest.
  async job(): Promise<any> {
    return JSON.parse(await this.stack.pulumi(["stack", "output", "job"]));
  }

  /** Everything that the stack prints, writes and stores. */
  async transcript(): Promise<string> {
    const outputs = await this.stack.pulumi(["stack", "output", "--json"]);
    return `${JSON.stringify(await this.stack.resources())}${outputs}${this.stack.transcript}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.destroy();
    await this.stack.remove();
  }
}
