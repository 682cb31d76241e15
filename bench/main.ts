import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { EXIT_UNABLE } from "../worker/src/outcome.ts";
import type { Bench } from "./bench.ts";
import { claim } from "./claim.ts";
import { withContext } from "./context.ts";
import { demand } from "./demand.ts";
import { describeLimit, isKept } from "./limit.ts";
import { type Options, readOptions } from "./options.ts";
import { start } from "./start.ts";

const BENCHES: Readonly<Record<string, Bench>> = { demand, claim, start };

/** `npm run bench -- NAME [--option N ...]`. Exit code 0: every limit kept, 1: one missed, 64: asked for wrongly. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  const bench = Object.hasOwn(BENCHES, name ?? "") ? BENCHES[name ?? ""] : undefined;
  if (bench === undefined) {
    const got = name === undefined ? "nothing" : JSON.stringify(name);
    console.error(`NAME must be ${Object.keys(BENCHES).join(", ")} (npm run bench -- NAME); got ${got}`);
    return EXIT_UNABLE.settings;
  }
  let options: Options;
  try {
    const known = Object.fromEntries(Object.keys(bench.options).map((key) => [key, { type: "string" } as const]));
    options = readOptions(parseArgs({ args: [...args], options: known }).values, bench.options);
  } catch (error) {
    console.error((error as Error).message);
    return EXIT_UNABLE.settings;
  }
  const began = performance.now();
  console.log(`${bench.promise}\n`);
  const limits = await withContext((context) => bench.run(options, context));
  console.log(`\n${limits.map(describeLimit).join("\n")}`);
  console.error(`(${Math.round((performance.now() - began) / 1_000)} s in all)`);
  return limits.every(isKept) ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
