import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { signalGroup } from "../../worker/src/command/endProcesses.ts";
import { listProcesses } from "../../worker/src/command/processTable.ts";
import { type CommandPlan, describeStep } from "./commandPlan.ts";
import { Steps } from "./steps.ts";
import { tap } from "./tap.ts";

// Loaded into a runner's process before its main.ts: turns its statements into steps, records each, and kills the process where the
// plan says so; changes a module if the plan has a mutant.

const { fault, change, notes } = JSON.parse(process.env.CRASH_PLAN ?? "") as CommandPlan;

if (change) {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(change.file)) return loaded;
      const source = String(loaded.source);
      if (source.split(change.text).length !== 2) throw new Error(`"${change.text}" must be in ${change.file} once`);
      return { ...loaded, source: source.replace(change.text, () => change.instead) };
    },
  });
}

function die(): void {
  for (const { pid, parent } of listProcesses()) {
    if (parent === process.pid && fault?.kill === "both") signalGroup(pid, "SIGKILL");
  }
  process.kill(process.pid, "SIGKILL");
}

const at = fault !== undefined && typeof fault.at === "object" ? fault.at : undefined;
const steps: Steps = new Steps(
  {
    begun: (step) => appendFileSync(notes, `runner: ${describeStep(step)}\n`),
    meanwhile: () => Promise.resolve(),
    taken: () => undefined,
    die,
    stop: () => process.kill(process.pid, "SIGTERM"),
    sleep: () => Promise.reject(new Error("a process does not sleep")),
  },
  at ? [{ step: at.step as "claim", nth: at.nth, kind: at.when }] : [],
);
tap(() => steps);
