import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import type { JobState } from "../../simulator/jobController.ts";
import { jobsTable, progressBar, progressLine } from "./report.ts";
import type { Progress } from "./requests.ts";

/** Where a run shows itself: a picture that stays in place on a terminal, plain lines elsewhere. */
export interface Screen {
  /** A line that stays. */
  print(line: string): void;
  /** How things are now. */
  show(progress: Progress, jobs: readonly JobState[], seconds: number): void;
  /** Takes the picture away. */
  clear(): void;
}

/** The longest bar, and what the picture leaves of the terminal's height. */
const BAR_WIDTH = 60;
const SPARE_LINES = 6;

/** The picture where the stream is a terminal, plain lines where it is a file or a pipe. */
export function createScreen(stream: NodeJS.WriteStream): Screen {
  // A closed terminal is told by SIGHUP; what is written to it meanwhile is of no use to anybody.
  stream.on("error", () => undefined);
  return stream.isTTY ? createPicture(stream) : createLines(stream);
}

function createPicture(stream: NodeJS.WriteStream): Screen {
  const picture = createLogUpdate(stream);
  return {
    print(line) {
      picture.clear();
      stream.write(`${line}\n`);
    },
    show(progress, jobs, seconds) {
      const width = Math.min(BAR_WIDTH, stream.columns - 2);
      const most = Math.max(1, Math.min(15, stream.rows - SPARE_LINES));
      const bar = progressBar(progress, width).map(({ colour, cells }) => styleText(colour, cells, { stream }));
      const lines = [progressLine(progress, jobs, seconds), bar.join(""), ""];
      picture([...lines, ...jobsTable(jobs, Date.now(), most)].join("\n"));
    },
    clear: () => picture.clear(),
  };
}

function createLines(stream: NodeJS.WriteStream): Screen {
  let last = "";
  return {
    print: (line) => void stream.write(`${line}\n`),
    show(progress, jobs, seconds) {
      const news = JSON.stringify([progress, jobs.map((job) => job.status)]);
      if (news !== last) stream.write(`${progressLine(progress, jobs, seconds)}\n`);
      last = news;
    },
    clear: () => undefined,
  };
}
