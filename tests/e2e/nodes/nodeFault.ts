import { spawnSync } from "node:child_process";
import { getOutput } from "../../../cli/getOutput.ts";
import { type ContainerState, FAULTS, type FaultKind, type NodeContainer, recoveryCommands } from "./faultCommands.ts";
import { restoreAtExit } from "./restoreAtExit.ts";

/** Injects faults into one node and makes it work again, even if the run is interrupted. */
export class NodeFault {
  readonly node: NodeContainer;
  #atExit: Disposable | undefined;

  constructor(node: NodeContainer) {
    this.node = node;
  }

  /** Injects a fault; resolves with the moment before it, in milliseconds since the epoch. */
  async inject(kind: FaultKind): Promise<number> {
    this.#atExit ??= restoreAtExit(() => this.#recoverNow());
    const at = Date.now();
    for (const [program, ...args] of FAULTS[kind](this.node)) await getOutput(program, args);
    return at;
  }

  /** Makes the node work again, whatever its state; Kubernetes notices a few seconds later. */
  async recover(): Promise<void> {
    const state = parseState(await getOutput("docker", inspection(this.node)), this.node);
    for (const [program, ...args] of recoveryCommands(this.node, state)) await getOutput(program, args);
    this.#atExit?.[Symbol.dispose]();
    this.#atExit = undefined;
  }

  #recoverNow(): void {
    const run = (program: string, args: readonly string[]) => spawnSync(program, args, { encoding: "utf8" });
    const state = parseState(run("docker", inspection(this.node)).stdout, this.node);
    for (const [program, ...args] of recoveryCommands(this.node, state)) {
      const { status, stderr } = run(program, args);
      if (status === 0) continue;
      const command = [program, ...args.slice(0, 2)].join(" ");
      console.error(`cannot restore node ${this.node.name}: ${command}: ${stderr.trim()}`);
    }
  }
}

function inspection({ name }: NodeContainer): string[] {
  return ["inspect", "--format", "{{.State.Status}} {{json .NetworkSettings.Networks}}", name];
}

/** Parses the output of `docker inspect` for a node: `running {"two":{...}}`. */
function parseState(text: string, { network }: NodeContainer): ContainerState {
  const [status = ""] = text.split(" ", 1);
  return { status, connected: network in JSON.parse(text.slice(status.length)) };
}
