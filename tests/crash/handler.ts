import { once } from "node:events";
import { PermanentError } from "../../worker/src/errors.ts";
import type { Handler, HandlerContext } from "../../worker/src/handler.ts";
import type { Steps } from "./steps.ts";

/** A handler's action at an attempt. */
export type HandlerAction =
  | "succeed"
  | "save, then succeed"
  | "renew, then succeed"
  | "throw"
  | "throw a PermanentError"
  | "be stopped";

/** The handler's action at an attempt; the last one repeats. */
export function getAction(actions: readonly HandlerAction[], attempt: number): HandlerAction {
  return actions[Math.min(attempt, actions.length) - 1] ?? "succeed";
}

/** A handler whose check and run are steps, and which acts at each attempt as the scenario says. */
export function scriptedHandler(steps: Steps, actions: readonly HandlerAction[]): Handler {
  return {
    kind: "clap",
    check: (row) => steps.takeSync("check", () => row),
    run: (_request, context) => steps.take("run", () => perform(getAction(actions, context.attempt), steps, context)),
  };
}

async function perform(
  act: HandlerAction,
  steps: Steps,
  { attempt, signal, checkpoint }: HandlerContext,
): Promise<void> {
  switch (act) {
    case "succeed":
      return;
    case "save, then succeed":
      return await checkpoint({ attempt });
    case "renew, then succeed":
      return await steps.renew();
    case "throw":
      throw new Error("the scenario says so");
    case "throw a PermanentError":
      throw new PermanentError("the scenario says so");
    case "be stopped":
      steps.stop();
      if (!signal.aborted) await once(signal, "abort");
      throw signal.reason;
  }
}
