import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPod } from "../../simulator/pod.ts";
import type { PodArgs, PodEnd } from "./pod.ts";
import type { StepId, Taken } from "./steps.ts";

/** The input of `preload.ts`. */
export interface Program extends Pick<PodArgs, "faults" | "actions"> {
  /** The file to which it writes its steps, one per line. */
  readonly notes: string;
}

type Note =
  | { readonly kind: "begun"; readonly what: StepId }
  | { readonly kind: "taken"; readonly what: Taken }
  | { readonly kind: "stopped" };

const PRELOAD = new URL("./preload.ts", import.meta.url);

/** Runs a pod as a process of the real `worker/src/main.ts`, killed by a real SIGKILL; its steps are reported when it has ended. */
export async function runPodProcess({ env, actions, faults, begun, taken, stopped }: PodArgs): Promise<PodEnd> {
  const folder = await mkdtemp(join(tmpdir(), "crash-"));
  const notes = join(folder, "notes");
  const program: Program = { faults, actions, notes };
  const more = { NODE_OPTIONS: `--import=${PRELOAD.href}`, CRASH_PROGRAM: JSON.stringify(program) };
  try {
    const pod = startPod(env.POD_NAME ?? "", { ...env, ...more });
    const exitCode = await pod.ended;
    if (exitCode >= 64 && exitCode < 128)
      throw new Error(`a pod must end without a signal from outside; got ${exitCode}\n${pod.outputTail()}`);
    for (const line of (await readFile(notes, "utf8")).trim().split("\n")) {
      const note = JSON.parse(line) as Note;
      if (note.kind === "begun") begun(note.what);
      else if (note.kind === "taken") taken(note.what);
      else stopped();
    }
    return { exitCode };
  } finally {
    await rm(folder, { recursive: true });
  }
}
