import { shellQuote } from "../shellQuote.ts";
import type { Kubectl } from "./kubectl.ts";
import { eventTime, type KubernetesEvent } from "./kubernetesObject.ts";
import type { Problem } from "./problem.ts";
import { withoutSecrets } from "./withoutSecrets.ts";

const LOG_LINES = 15;
const EVENTS = 5;
const LINE_LENGTH = 500;

/** The problem, its last events and the last lines of its container's log. */
export function problemReport(
  problem: Problem,
  events: readonly KubernetesEvent[],
  log: string,
  context: string,
): string[] {
  const { subject, reason, message, advice } = problem;
  const lines = [shorten(`${subject}: ${reason}, ${oneLine(message)}`)];
  const last = events.toSorted((a, b) => eventTime(a) - eventTime(b)).slice(-EVENTS);
  if (last.length > 0) lines.push("  its events:", ...last.map((event) => shorten(eventLine(event))));
  const logLines = log.split("\n").filter((line) => line.trim() !== "");
  if (logLines.length > 0)
    lines.push(
      `  the end of its log (all of it: ${logCommand(problem, context)}):`,
      ...logLines.slice(-LOG_LINES).map((line) => shorten(`    ${line}`)),
    );
  lines.push(`  what to do: ${advice}`);
  return lines;
}

/** The log's last lines; empty if there are none. */
export async function readLog(problem: Problem, kubectl: Kubectl): Promise<string> {
  if (problem.log === undefined) return "";
  const { container, previous } = problem.log;
  const args = ["logs", problem.name, "-n", problem.namespace, "-c", container, `--tail=${LOG_LINES}`];
  // A container that has just restarted has logged nothing yet; the previous one logged why it ended.
  for (const which of previous ? [["--previous"], []] : [[]]) {
    const { exitCode, stdout } = await kubectl.run([...args, ...which]);
    if (exitCode === 0 && stdout.trim() !== "") return stdout;
  }
  return "";
}

function logCommand({ namespace, name, log }: Problem, context: string): string {
  const previous = log?.previous ? " --previous" : "";
  return `kubectl --context ${shellQuote(context)} logs ${name} -n ${namespace} -c ${log?.container}${previous}`;
}

function eventLine({ type = "", reason = "", message = "", count = 1 }: KubernetesEvent): string {
  return `    ${type} ${reason}${count > 1 ? ` (${count} times)` : ""}: ${oneLine(message)}`;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}

/** In this order: a password is not recognized once its end is cut off. */
function shorten(line: string): string {
  const safe = withoutSecrets(line);
  return safe.length > LINE_LENGTH ? `${safe.slice(0, LINE_LENGTH)}...` : safe;
}
