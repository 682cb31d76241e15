import { SYSEXITS } from "../../worker/src/outcome.ts";
import type { Bench } from "./bench.ts";
import { claim } from "./claim.ts";
import { runCommand } from "./command.ts";
import { withContext } from "./context.ts";
import { demand } from "./demand.ts";
import { describeLimit, isKept } from "./limit.ts";
import { readOptions } from "./options.ts";
import { start } from "./start.ts";

const BENCHES: ReadonlyMap<string, Bench> = new Map(Object.entries<Bench>({ demand, claim, start }));

/**
 * `npm run bench -- NAME [--option N ...]`
 *
 * @returns 0 when every limit is kept, 1 when one is missed, 64 when asked for wrongly.
 */
async function main([name = "nothing", ...args]: readonly string[]): Promise<number> {
  const bench = BENCHES.get(name);
  if (bench === undefined) {
    console.error(`NAME must be ${[...BENCHES.keys()].join(", ")} (npm run bench -- NAME); got ${name}`);
    return SYSEXITS.usage;
  }
  let options: Readonly<Record<string, number>>;
  try {
    options = readOptions(args, bench.options);
  } catch (error) {
    console.error((error as Error).message);
    return SYSEXITS.usage;
  }
  console.log(`${bench.promise}\n`);
  const limits = await withContext((context) => bench.run(options, context));
  console.log(`\n${limits.map(describeLimit).join("\n")}`);
  return limits.every(isKept) ? 0 : 1;
}

await runCommand(main);
