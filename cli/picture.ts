import { writeFileSync } from "node:fs";
import type { JobState } from "../simulator/jobController.ts";
import { noopLog } from "../worker/src/log.ts";
import { cleanEnvironment } from "./cleanEnvironment.ts";
import { openDatabase } from "./start/localDatabase.ts";
import { readOptions } from "./start/options.ts";
import { type BarPart, jobsTable, progressBar, progressLines, summaryLines } from "./start/report.ts";
import type { Progress } from "./start/requests.ts";
import { run } from "./start/run.ts";

/** `npm run picture`: runs `npm start` and draws the middle and the end of its display as README's picture. */

const PICTURE = new URL("../docs/picture.svg", import.meta.url);

const COLORS: Readonly<Record<BarPart["color"], string>> = {
  green: "#98c379",
  red: "#e06c75",
  yellow: "#e5c07b",
  magenta: "#c678dd",
  gray: "#5c6370",
};
const FONT_PX = 13;
const LINE_PX = 18;
const COLUMN_PX = 7.83;

/** The width of the terminal shown, in characters. */
const WIDTH = 100;

/** A line of the terminal: text, or the bar. */
type Line = string | readonly BarPart[];

/** The lines of a terminal as SVG. */
function toSvg(lines: readonly Line[]): string {
  const columns = Math.max(...lines.map((line) => (typeof line === "string" ? line.length : 0)));
  const width = Math.ceil((columns + 4) * COLUMN_PX);
  const height = (lines.length + 2) * LINE_PX;
  const text = lines.map(
    (line, index) =>
      `<text x="${2 * COLUMN_PX}" y="${(index + 2) * LINE_PX}" xml:space="preserve">${toContent(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="${FONT_PX}" fill="#dcdfe4">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#282c34"/>`,
    ...text,
    "</svg>",
    "",
  ].join("\n");
}

function toContent(line: Line): string {
  if (typeof line === "string") return line.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return line.map(({ color, cells }) => `<tspan fill="${COLORS[color]}">${cells}</tspan>`).join("");
}

cleanEnvironment(process.env);
const options = readOptions([]);
const { signal } = new AbortController();
const local = await openDatabase({ log: noopLog, signal });
try {
  let middle: Line[] = [];
  const display = {
    width: WIDTH,
    print: () => undefined,
    clear: () => undefined,
    update(progress: Progress, jobs: readonly JobState[], seconds: number) {
      if (progress.success < options.requests / 2 || progress.waiting === 0) return;
      middle = [
        ...progressLines(progress, jobs, seconds, WIDTH),
        progressBar(progress, 60),
        "",
        ...jobsTable(jobs, performance.now(), 14),
      ];
    },
  };
  const ended = await run(options, local, display, { stop: signal, force: signal });
  if (ended === undefined) throw new Error("the run was stopped before it ended");
  const summary = summaryLines(ended.result, WIDTH);
  writeFileSync(PICTURE, toSvg(["$ npm start", "", ...middle, "", "[...]", "", ...ended.table(6), ...summary]));
  console.log(`docs/picture.svg: ${summary.join(" | ")}`);
} finally {
  await local.close();
}
