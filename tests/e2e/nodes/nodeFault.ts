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
    for (const command of FAULTS[kind](this.node)) await getOutput("docker", command);
    return at;
  }

  /** Makes the node work again, whatever its state; Kubernetes notices a few seconds later. */
  async recover(): Promise<void> {
    const state = parseState(await getOutput("docker", inspection(this.node)), this.node);
    for (const command of recoveryCommands(this.node, state)) await getOutput("docker", command);
    this.#atExit?.[Symbol.dispose]();
    this.#atExit = undefined;
  }

  #recoverNow(): void {
    const docker = (args: readonly string[]) => spawnSync("docker", args, { encoding: "utf8" });
    const state = parseState(docker(inspection(this.node)).stdout, this.node);
    for (const command of recoveryCommands(this.node, state)) {
      const { status, stderr } = docker(command);
      if (status === 0) continue;
      console.error(`cannot restore node ${this.node.name}: docker ${command.slice(0, 2).join(" ")}: ${stderr.trim()}`);
    }
  }
}

function inspection({ name }: NodeContainer): string[] {
  return ["inspect", "--format", "{{.State.Status}} {{json .NetworkSettings.Networks}}", name];
}

/** Parses the output of `docker inspect` for a node: `running {"two":{...}}`. */
export function parseState(text: string, { network }: NodeContainer): ContainerState {
  const [status = ""] = text.split(" ", 1);
  return { status, connected: network in JSON.parse(text.slice(status.length)) };
}
