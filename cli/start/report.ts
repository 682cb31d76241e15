import type { JobState } from "../../simulator/jobController.ts";
import { columns } from "../columns.ts";
import type { ClapRow, Progress } from "./requests.ts";
import type { Result } from "./result.ts";

/** The parts of a run's summary. */
function summaryParts(result: Result): string[] {
  const { requests, success, dead, jobs, idleJobs, peakJobs, attempts, seconds } = result;
  return [
    `${count(requests, "request")}: ${success} SUCCESS, ${dead} DEAD`,
    `${count(jobs, "Job")}, ${idleJobs} idle, at most ${peakJobs} at once`,
    count(attempts, "attempt"),
    `${seconds.toFixed(1)} s`,
  ];
}

/** The summary in lines of at most `width` characters. */
export function summaryLines(result: Result, width = Number.POSITIVE_INFINITY): string[] {
  return wrap(summaryParts(result), " | ", width);
}

/** A run's progress in lines of at most `width` characters: one line if there is room. */
export function progressLines(
  progress: Progress,
  jobs: readonly JobState[],
  seconds: number,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const { waiting, running, reserved, success, dead } = progress;
  const countJobs = (status: JobState["status"]) => jobs.filter((job) => job.status === status).length;
  const states = Object.entries({ waiting, running, reserved, done: success, dead });
  const requestParts = [
    `${seconds.toFixed(1).padStart(6)} s`,
    ...states.map(([state, requests]) => `${state} ${requests}`),
  ];
  const jobParts = [
    `Jobs: ${countJobs("Running")} running`,
    `${countJobs("Complete")} complete`,
    `${countJobs("Failed")} failed`,
  ];
  const line = `${requestParts.join("  ")}  |  ${jobParts.join(", ")}`;
  return line.length <= width ? [line] : [...wrap(requestParts, "  ", width), ...wrap(jobParts, ", ", width)];
}

/** Joins parts into lines of at most `width` characters, unless a single part is longer. */
function wrap(parts: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const joined = `${lines.at(-1)}${separator}${part}`;
    if (lines.length > 0 && joined.length <= width) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines;
}

/** `1 request`, `2 requests`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A part of the bar, in one color. */
export interface BarPart {
  readonly color: "green" | "red" | "yellow" | "magenta" | "gray";
  readonly cells: string;
}

/** A bar of succeeded, dead, running, reserved and waiting requests, `width` cells wide. */
export function progressBar({ waiting, running, reserved, success, dead }: Progress, width: number): BarPart[] {
  const parts = [
    { count: success, color: "green", cell: "█" },
    { count: dead, color: "red", cell: "█" },
    { count: running, color: "yellow", cell: "▓" },
    { count: reserved, color: "magenta", cell: "▒" },
    { count: waiting, color: "gray", cell: "░" },
  ] as const;
  const total = parts.reduce((sum, { count }) => sum + count, 0) || 1;
  let before = 0;
  let drawn = 0;
  return parts.map(({ count, color, cell }) => {
    before += count;
    const cells = Math.round((before / total) * width) - drawn;
    drawn += cells;
    return { color, cells: cell.repeat(cells) };
  });
}

/** Jobs as `kubectl get jobs` prints them, and the number of their pods: the latest `maxJobs`, unfinished ones last. */
export function jobsTable(jobs: readonly JobState[], now: number, maxJobs: number): string[] {
  const latest = [...jobs].sort((a, b) => (a.finishedAt ?? now) - (b.finishedAt ?? now)).slice(-maxJobs);
  return columns([
    ["NAME", "STATUS", "COMPLETIONS", "DURATION", "AGE", "PODS"],
    ...latest.map((job) => [
      job.name,
      job.status,
      job.status === "Complete" ? "1/1" : "0/1",
      age((job.finishedAt ?? now) - job.createdAt),
      age(now - job.createdAt),
      String(job.pods),
    ]),
  ]);
}

/** The columns of the view `clap`, and those that are omitted one after another if there is not enough room. */
const CLAP_COLUMNS = ["id", "status", "session_id", "creation_date", "creation_time", "end_time", "iteration"] as const;
const EXPENDABLE = ["session_id", "creation_date", "creation_time", "end_time"] as const;

/** `select * from clap` in lines of at most `width` characters, without its middle if it has more than `maxRows` rows. */
export function clapTable(rows: readonly ClapRow[], maxRows: number, width?: number): string[] {
  return rowsTable({ columns: CLAP_COLUMNS, expendable: EXPENDABLE }, rows, maxRows, width);
}

/**
 * Rows as lines of at most `width` characters, and a line with their number; columns, and the middle of more than `maxRows` rows, are
 * omitted if necessary.
 */
export function rowsTable<Column extends string>(
  { columns: all, expendable }: { readonly columns: readonly Column[]; readonly expendable: readonly Column[] },
  rows: readonly Readonly<Record<Column, unknown>>[],
  maxRows: number,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const half = Math.floor(maxRows / 2);
  const omits = rows.length > maxRows;
  const shown = omits ? [...rows.slice(0, half), ...rows.slice(-half)] : rows;
  for (let dropped = 0; ; dropped++) {
    const names = all.filter((name) => !expendable.slice(0, dropped).includes(name));
    const cells = shown.map((row) => names.map((name) => String(row[name] ?? "")));
    const lines = columns([names, ...cells], "left", 2);
    if (dropped < expendable.length && lines.some((line) => line.length > width)) continue;
    if (omits) lines.splice(half + 1, 0, "[...]");
    return [...lines, `(${count(rows.length, "row")})`];
  }
}

/** A duration as kubectl writes it (`HumanDuration`): 8s, 2m5s, 15m, 3h1m, 2d2h. */
function age(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return `${minutes}m${omitZero(seconds % 60, "s")}`;
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return `${hours}h${omitZero(minutes % 60, "m")}`;
  if (hours < 48) return `${hours}h`;
  return `${days}d${days < 8 ? omitZero(hours % 24, "h") : ""}`;
}

function omitZero(number: number, unit: string): string {
  return number === 0 ? "" : `${number}${unit}`;
}
