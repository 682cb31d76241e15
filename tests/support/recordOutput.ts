import { recordResults } from "./results.ts";

/** The option of commands that measure. */
export const RECORD = { help: "also write what is printed to docs/results/DATE.md" } as const;

/**
 * Does the work of `npm run SCRIPT -- ARGS`; with `--record` among `args` everything it prints goes to docs/results as well, under the
 * command without it.
 */
export async function recordOutput<T>(script: string, args: readonly string[], work: () => Promise<T>): Promise<T> {
  if (!args.includes("--record")) return await work();
  const lines: string[] = [];
  const { log, error } = console;
  const keep = (print: typeof log) => (line: string) => {
    lines.push(line);
    print(line);
  };
  Object.assign(console, { log: keep(log), error: keep(error) });
  let result: T;
  try {
    result = await work();
  } finally {
    Object.assign(console, { log, error });
  }
  const others = args.filter((arg) => arg !== "--record");
  const title = [`npm run ${script}`, ...(others.length > 0 ? ["--", ...others] : [])].join(" ");
  console.error(`recorded in ${recordResults(title, `\`\`\`\n${lines.join("\n").trim()}\n\`\`\``)}`);
  return result;
}
