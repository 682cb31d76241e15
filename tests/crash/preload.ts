import { appendFileSync } from "node:fs";
import { HandlerWork } from "../../worker/src/handlerWork.ts";
import { createInProcessWork } from "../support/inProcessWork.ts";
import type { Program } from "./childProcessPod.ts";
import { scriptedHandler } from "./handler.ts";
import { Steps } from "./steps.ts";
import { tap } from "./tap.ts";

// Loaded into a worker process before its main.ts: turns its statements and its handler into steps, records each,
// and kills the process where the plan says so.

const { faults, actions, notes } = JSON.parse(process.env.CRASH_PROGRAM ?? "") as Program;

function note(kind: "begun" | "taken" | "stopped", what: unknown): void {
  appendFileSync(notes, `${JSON.stringify({ kind, what })}\n`);
}

const steps: Steps = new Steps(
  {
    begun: (step) => note("begun", step),
    meanwhile: () => Promise.resolve(),
    taken: (step) => note("taken", step),
    die: () => process.kill(process.pid, "SIGKILL"),
    stop() {
      note("stopped", undefined);
      process.kill(process.pid, "SIGTERM");
    },
    sleep: () => Promise.reject(new Error("a process does not sleep: inProcessPods() is for that")),
  },
  faults,
);
tap(() => steps);
const { run } = createInProcessWork(scriptedHandler(steps, actions));
// In the main thread: the scenario, not the thread, defines the handler's steps.
Object.assign(HandlerWork.prototype, { load: () => Promise.resolve(), run });
