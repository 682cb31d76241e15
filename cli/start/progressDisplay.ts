import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import type { JobState } from "../../simulator/jobController.ts";
import { jobsTable, progressBar, progressLines } from "./report.ts";
import type { Progress } from "./requests.ts";

/** Shows a run's progress: a live view that stays in place on a terminal, plain lines elsewhere. */
export interface ProgressDisplay {
  /** The characters of a line; infinite if the output is not a terminal. */
  readonly width: number;
  /** Prints a line that stays. */
  print(line: string): void;
  /** Shows the current state. */
  update(progress: Progress, jobs: readonly JobState[], seconds: number): void;
  /** Removes the live view. */
  clear(): void;
}

/** The maximum width of the bar, and how many Jobs are listed. */
const BAR_WIDTH = 60;
const MAX_JOBS = 15;

/** The size that is assumed for a terminal that does not report one. */
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** Creates a live view if the stream is a terminal, plain lines if it is a file or a pipe. */
export function createProgressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? createLiveView(stream) : createLines(stream);
}

function createLiveView(stream: NodeJS.WriteStream): ProgressDisplay {
  const view = createLogUpdate(stream);
  // A character in the last column makes some terminals wrap.
  const getWidth = () => (stream.columns || DEFAULT_COLUMNS) - 1;
  return {
    get width() {
      return getWidth();
    },
    print(line) {
      view.clear();
      stream.write(`${line}\n`);
    },
    update(progress, jobs, seconds) {
      const width = getWidth();
      const bar = progressBar(progress, Math.min(BAR_WIDTH, width));
      const drawn = bar.map(({ color, cells }) => styleText(color, cells, { stream })).join("");
      const head = [...progressLines(progress, jobs, seconds, width), drawn];
      // log-update cuts off output that is too high, at the top; the blank line, the table's header and the cursor's line count as well.
      const room = Math.min(MAX_JOBS, (stream.rows || DEFAULT_ROWS) - head.length - 3);
      const table = room < 1 ? [] : ["", ...jobsTable(jobs, Date.now(), room)];
      view([...head, ...table.map((line) => line.slice(0, width))].join("\n"));
    },
    clear: () => view.clear(),
  };
}

function createLines(stream: NodeJS.WriteStream): ProgressDisplay {
  let last = "";
  return {
    width: Number.POSITIVE_INFINITY,
    print: (line) => void stream.write(`${line}\n`),
    update(progress, jobs, seconds) {
      const state = JSON.stringify([progress, jobs.map((job) => job.status)]);
      if (state !== last) for (const line of progressLines(progress, jobs, seconds)) stream.write(`${line}\n`);
      last = state;
    },
    clear: () => undefined,
  };
}
