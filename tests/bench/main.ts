import { type NumberOption, type OptionSpec, readArgs } from "../../cli/args.ts";
import { runCommand } from "../../cli/runCommand.ts";
import { UsageError } from "../../cli/usageError.ts";
import { describeLimit, isKept } from "../support/limit.ts";
import { RECORD, recordOutput } from "../support/recordOutput.ts";
import type { Bench } from "./bench.ts";
import { claim } from "./claim.ts";
import { withContext } from "./context.ts";
import { demand } from "./demand.ts";
import { insert } from "./insert.ts";
import type { OptionRule } from "./options.ts";
import { peers } from "./peers.ts";
import { publication } from "./publication.ts";
import { snapshot } from "./snapshot.ts";
import { start } from "./start.ts";

const BENCHES: ReadonlyMap<string, Bench> = new Map(
  Object.entries<Bench>({ demand, claim, insert, snapshot, peers, publication, start }),
);
const NAMES = [...BENCHES.keys()];

/**
 * `npm run bench -- NAME [--option N ...] [--record]`
 *
 * @returns 0 when every limit is kept, 1 when one is missed.
 * @throws UsageError for a wrong name or option.
 */
async function main([name = "", ...args]: readonly string[]): Promise<number> {
  const bench = BENCHES.get(name);
  if (bench === undefined) return refuse(name);
  const sizes = Object.entries(bench.options).map(([option, rule]) => [option, toNumberOption(rule)] as const);
  const { options } = readArgs<Readonly<Record<string, OptionSpec>>>(
    {
      name: `npm run bench -- ${name}`,
      description: bench.target,
      options: { ...Object.fromEntries(sizes), record: RECORD },
    },
    args,
  );
  console.log(`${bench.target}\n`);
  return await recordOutput("bench", [name, ...args], async () => {
    const limits = await withContext((context) => bench.run(options as Readonly<Record<string, number>>, context));
    console.log(`\n${limits.map(describeLimit).join("\n")}`);
    return limits.every(isKept) ? 0 : 1;
  });
}

function toNumberOption({ help, defaultValue, ...rule }: OptionRule): NumberOption {
  return { rule, defaultValue, help };
}

/** Without a bench's name only `--help` is allowed. */
function refuse(name: string): never {
  const lines = [...BENCHES].map(([bench, { target }]) => `  ${bench}\n    ${target}`);
  const spec = {
    name: "npm run bench -- NAME",
    description: "Measures what the queue costs.",
    options: {},
    notes: `NAME is one of these; npm run bench -- NAME --help shows its options:\n${lines.join("\n")}`,
  };
  readArgs(spec, name.startsWith("-") ? [name] : []);
  throw new UsageError(
    `NAME must be ${NAMES.join(", ")} (npm run bench -- NAME); got ${name === "" ? "nothing" : JSON.stringify(name)}`,
  );
}

await runCommand(main);
