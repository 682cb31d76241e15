import type { JobState } from "../../simulator/jobController.ts";
import { columns } from "../columns.ts";
import type { ClapRow, Progress } from "./requests.ts";
import type { Result } from "./result.ts";

/** The one line that ends a run. */
export function closingLine(result: Result): string {
  const { requests, success, dead, jobs, idleJobs, peakJobs, attempts, seconds } = result;
  return [
    `${requests} requests: ${success} SUCCESS, ${dead} DEAD`,
    `${jobs} Jobs, ${idleJobs} idle, at most ${peakJobs} at once`,
    `${attempts} attempts`,
    `${seconds.toFixed(1)} s`,
  ].join(" | ");
}

/** How far a run is, on one line. */
export function progressLine(progress: Progress, jobs: readonly JobState[], seconds: number): string {
  const { waiting, running, held, success, dead } = progress;
  const count = (status: JobState["status"]) => jobs.filter((job) => job.status === status).length;
  return (
    `${seconds.toFixed(1).padStart(6)} s  waiting ${waiting}  running ${running}  held ${held}  done ${success}  dead ${dead}` +
    `  |  Jobs: ${count("Running")} running, ${count("Complete")} complete, ${count("Failed")} failed`
  );
}

/** A stretch of the bar, in one colour. */
export interface BarPart {
  readonly colour: "green" | "red" | "yellow" | "magenta" | "gray";
  readonly cells: string;
}

/** A bar of what is done, given up, at work, held and waiting, `width` cells wide. */
export function progressBar({ waiting, running, held, success, dead }: Progress, width: number): BarPart[] {
  const parts = [
    { count: success, colour: "green", cell: "█" },
    { count: dead, colour: "red", cell: "█" },
    { count: running, colour: "yellow", cell: "▓" },
    { count: held, colour: "magenta", cell: "▒" },
    { count: waiting, colour: "gray", cell: "░" },
  ] as const;
  const total = parts.reduce((sum, { count }) => sum + count, 0) || 1;
  let before = 0;
  let drawn = 0;
  return parts.map(({ count, colour, cell }) => {
    before += count;
    const cells = Math.round((before / total) * width) - drawn;
    drawn += cells;
    return { colour, cells: cell.repeat(cells) };
  });
}

/** Jobs as `kubectl get jobs` prints them: the latest `most`, unfinished ones last. */
export function jobsTable(jobs: readonly JobState[], now: number, most: number): string[] {
  const latest = [...jobs].sort((a, b) => (a.finishedAt ?? now) - (b.finishedAt ?? now)).slice(-most);
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

/** The seed's view: `select * from clap`, its middle left out when it is longer than `most` lines. */
export function clapTable(rows: readonly ClapRow[], most: number): string[] {
  const header = ["id", "status", "session_id", "creation_date", "creation_time", "end_time", "attempt"];
  const lines = columns([
    header,
    ...rows.map((row) => [
      row.id,
      row.status,
      String(row.session_id),
      row.creation_date,
      row.creation_time,
      row.end_time ?? "",
      String(row.attempt),
    ]),
  ]);
  const half = Math.floor(most / 2);
  const shown = rows.length <= most ? lines : [...lines.slice(0, half + 1), "[...]", ...lines.slice(-half)];
  return [...shown, `(${rows.length} rows)`];
}

/** A duration as kubectl writes it: 8s, 2m5s, 3h1m. */
function age(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}
