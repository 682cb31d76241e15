import { once } from "node:events";
import { PermanentError } from "../../worker/src/errors.ts";
import type { Handler, HandlerContext } from "../../worker/src/handler.ts";
import type { Steps } from "./steps.ts";

/** What a handler does with an attempt. */
export type HandlerAction =
  | "succeed"
  | "save, then succeed"
  | "renew, then succeed"
  | "throw"
  | "throw a PermanentError"
  | "be stopped";

/** What the handler does at an attempt: the last action is for all that follow. */
export function getAction(actions: readonly HandlerAction[], attempt: number): HandlerAction {
  return actions[Math.min(attempt, actions.length) - 1] ?? "succeed";
}

/** A handler whose check and run are steps, and which does at each attempt what the scenario says. */
export function scriptedHandler(steps: Steps, actions: readonly HandlerAction[]): Handler {
  return {
    kind: "clap",
    check: (row) => steps.takeNow("check", () => row),
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
