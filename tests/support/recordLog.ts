import { createLog } from "../../worker/src/log.ts";
import { until } from "./until.ts";

/** A log whose lines are kept. */
export function recordLog() {
  const lines: string[] = [];
  return {
    log: createLog({}, (line) => lines.push(line)),
    lines,
    /** Waits until a line contains this text. */
    logged: (text: string) => until(`the log has ${text}`, () => lines.some((line) => line.includes(text))),
  };
}
