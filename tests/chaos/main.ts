import { runCommand } from "../../cli/runCommand.ts";
import { withContext } from "../bench/context.ts";
import { printTable } from "../bench/table.ts";
import { describeLimit, isKept } from "../support/limit.ts";
import { recordOutput } from "../support/recordOutput.ts";
import { runExactlyOnce } from "./exactlyOnce.ts";
import type { Findings } from "./findings.ts";
import { killWorkers } from "./killWorkers.ts";
import { loseNode } from "./loseNode.ts";
import { createNode } from "./node.ts";
import { type ChaosOptions, readOptions } from "./options.ts";

/**
 * `npm run chaos [-- --kills N ...]`, `npm run chaos -- --exactly-once [--kills N ...]`, `npm run chaos -- --lost-node`
 *
 * @returns 0 when every limit is met, 1 when one is missed.
 * @throws UsageError for a wrong option.
 */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  return await recordOutput("chaos", args, () => run(options));
}

async function run(options: ChaosOptions): Promise<number> {
  const { header, rows, limits, numbers } = options.lostNode
    ? await runLostNode()
    : await withContext((context) => (options.exactlyOnce ? runExactlyOnce : killWorkers)(options, context));
  if (options.json) {
    console.log(JSON.stringify(numbers));
  } else {
    printTable(header, rows);
  }
  console.error(`\n${limits.map(describeLimit).join("\n")}`);
  return limits.every(isKept) ? 0 : 1;
}

async function runLostNode(): Promise<Findings> {
  const node = await createNode();
  try {
    const listen = { address: node.serverAddress, from: node.network };
    return await withContext((context) => loseNode(node, context), { listen });
  } finally {
    await node.remove();
  }
}

await runCommand(main);
