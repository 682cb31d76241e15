import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import type { JobState } from "../../simulator/jobController.ts";
import { jobsTable, progressBar, progressLines } from "./report.ts";
import type { Progress } from "./requests.ts";

/** Shows a run's progress: a live view that stays in place on a terminal, plain lines elsewhere. */
export interface ProgressDisplay {
  /** How many characters a line may have; infinite without a live view. */
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

/**
 * Creates a live view if the stream is a terminal; plain lines if it is a file or a pipe, or a terminal that moves no cursor (TERM=dumb: an
 * editor's shell, a log).
 */
export function createProgressDisplay(
  stream: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv = process.env,
): ProgressDisplay {
  return stream.isTTY && env.TERM !== "dumb" ? createLiveView(stream) : createLines(stream);
}

function createLiveView(stream: NodeJS.WriteStream): ProgressDisplay {
  const terminal = withSize(stream);
  const view = createLogUpdate(terminal);
  // A character in the last column makes some terminals wrap.
  const getWidth = () => terminal.columns - 1;
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
      const room = Math.min(MAX_JOBS, terminal.rows - head.length - 3);
      const table = room < 1 ? [] : ["", ...jobsTable(jobs, performance.now(), room)];
      view([...head, ...table.map((line) => line.slice(0, width))].join("\n"));
    },
    clear: () => view.clear(),
  };
}

/** The terminal, with a size also while it reports none (`docker exec -t`, `script`): log-update shows nothing on zero rows. */
function withSize(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return new Proxy(stream, {
    get(target, name) {
      if (name === "columns") return target.columns || DEFAULT_COLUMNS;
      if (name === "rows") return target.rows || DEFAULT_ROWS;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
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
