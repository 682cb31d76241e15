import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { runProgram } from "../../cli/runProgram.ts";
import { type Cluster, NAMESPACE } from "./cluster.ts";

/** A watch of objects in one namespace. */
interface WatchArgs {
  /** For example `jobs` or `pods`. */
  readonly resource: string;
  /** @default - the namespace of the batches */
  readonly namespace?: string;
  /** A label selector. */
  readonly selector: string;
  /** The content of a line for each event, as a jsonpath of kubectl. */
  readonly line: string;
}

/** Every change of some objects, as the API server reports it, from now on until it is closed. */
export class ObjectWatch implements Disposable {
  readonly #lines: string[] = [];
  readonly #seenAt: number[] = [];
  readonly #resource: string;
  readonly #kill = () => this.#child?.kill();
  #child: ChildProcess | undefined;
  /** How the watch ended, which it should do only when closed; undefined while it runs. */
  #end: string | undefined;

  constructor({ context }: Cluster, { resource, namespace = NAMESPACE, selector, line }: WatchArgs) {
    this.#resource = resource;
    const which = [
      "-n",
      namespace,
      "-l",
      selector,
      "--watch",
      "--output-watch-events",
      "-o",
      `jsonpath=${line}{"\\n"}`,
    ];
    const ended = runProgram("kubectl", ["--context", context, "get", resource, ...which], {
      output: "inherit-stderr",
      onStart: (child) => this.#read(child),
    });
    ended.then(
      ({ exitCode, signal }) => {
        this.#end = `ended with ${signal ?? exitCode}`;
      },
      (error: Error) => {
        this.#end = error.message;
      },
    );
    process.once("exit", this.#kill);
  }

  /**
   * The lines so far, in the order in which the API server wrote the changes.
   *
   * @throws Error when the watch has ended: what has happened since is unknown.
   */
  get lines(): readonly string[] {
    if (this.#end !== undefined) throw new Error(`kubectl get ${this.#resource} --watch: ${this.#end}`);
    return this.#lines;
  }

  /** When each line arrived, in milliseconds since the epoch. */
  get seenAt(): readonly number[] {
    return this.#seenAt;
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#kill);
    this.#child?.kill();
  }

  #read(child: ChildProcess): void {
    this.#child = child;
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      this.#lines.push(line);
      this.#seenAt.push(Date.now());
    });
  }
}
