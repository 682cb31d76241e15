/** What a watch of Jobs has observed so far. */
export interface JobCount {
  /** Jobs ever seen. */
  readonly created: number;
  /** The most unfinished Jobs at once. */
  readonly peak: number;
  readonly complete: number;
  readonly failed: number;
}

/** One line of a watch: `ADDED name Complete`, without a condition while the Job is unfinished. */
function readJobEvent(line: string): { type: string; name: string; ended: "Complete" | "Failed" | undefined } {
  const [type = "", name = "", ...conditions] = line.trim().split(/\s+/);
  const ended = (["Complete", "Failed"] as const).find((condition) => conditions.includes(condition));
  return { type, name, ended };
}

/** Counts Jobs from a watch's lines, in the API server's order. */
export function countJobs(lines: readonly string[]): JobCount {
  const ends = new Map<string, "Complete" | "Failed" | undefined>();
  const deleted = new Set<string>();
  let peak = 0;
  for (const { type, name, ended } of lines.map(readJobEvent)) {
    if (name === "") continue;
    ends.set(name, ended ?? ends.get(name));
    if (type === "DELETED") deleted.add(name);
    const unfinished = [...ends].filter(([job, end]) => end === undefined && !deleted.has(job)).length;
    peak = Math.max(peak, unfinished);
  }
  const count = (end: "Complete" | "Failed") => [...ends.values()].filter((one) => one === end).length;
  return { created: ends.size, peak, complete: count("Complete"), failed: count("Failed") };
}

/** When each Job was first seen, in that order, from the lines and their times. */
export function firstSeen(lines: readonly string[], seenAt: readonly number[]): number[] {
  const names = lines.map((line) => readJobEvent(line).name);
  return seenAt.filter((_, index) => names[index] !== "" && names.indexOf(names[index] as string) === index);
}
