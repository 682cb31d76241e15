import { median, percentile } from "../../support/samples.ts";
import { endings, idleJobs, type Loss, secondsToFirstAttempt, secondsToRunAgain, secondsToTakeOver } from "./loss.ts";

/** Each loss as a row of a Markdown table, in order. */
export function lossTable(losses: readonly Loss[], lostNode: string): string {
  const rows = losses.map((loss, index) => {
    const { at, running, notReadyAt, pods } = loss;
    const since = pods.filter(({ createdAt }) => createdAt > at);
    return [
      String(index + 1),
      String(running.length),
      range(secondsToRunAgain(loss)),
      range(secondsToTakeOver(loss).filter((value) => value !== Number.NEGATIVE_INFINITY)),
      notReadyAt === undefined ? "–" : oneDecimal((notReadyAt - at) / 1_000),
      String(since.length),
      String(since.filter(({ node }) => node === lostNode).length),
      String(idleJobs(loss).length),
    ];
  });
  const head = ["loss", "requests", "run again (s)", "since pod start (s)", "NotReady (s)"];
  return table([...head, "pods since", "on the lost node", "idle Jobs"], rows);
}

/** The seconds until requests ran again, for each number of requests on the lost node. */
export function summaryTable(losses: readonly Loss[]): string {
  const counts = [...new Set(losses.map(({ running }) => running.length))].sort((a, b) => a - b);
  const rows = counts.map((count) => {
    const same = losses.filter(({ running }) => running.length === count);
    return [String(count), String(same.length), ...percentiles(same.flatMap(secondsToRunAgain))];
  });
  return table(["requests on the lost node", "losses", "p50 (s)", "p95 (s)", "max (s)"], rows);
}

/** The seconds from the insert to the first attempt, for each moment after the loss at which requests were inserted. */
export function insertTable(losses: readonly Loss[]): string {
  const waits = new Map<number, number[]>();
  for (const loss of losses) {
    const seconds = secondsToFirstAttempt(loss);
    loss.inserted.forEach(({ at }, index) => {
      const since = Math.round((at - loss.at) / 1_000);
      waits.set(since, [...(waits.get(since) ?? []), seconds[index] as number]);
    });
  }
  const rows = [...waits].map(([since, seconds]) => [String(since), String(seconds.length), ...percentiles(seconds)]);
  return table(["inserted after the loss (s)", "requests", "p50 (s)", "p95 (s)", "max (s)"], rows);
}

/** How the attempts on the lost node ended, as a Markdown list. */
export function endingList(losses: readonly Loss[]): string {
  const counts = new Map<string, number>();
  for (const [ending, count] of losses.flatMap((loss) => [...endings(loss)])) {
    counts.set(ending, (counts.get(ending) ?? 0) + count);
  }
  return [...counts].map(([ending, count]) => `- ${count} ${ending}`).join("\n");
}

/** p50, p95 and the maximum. */
function percentiles(samples: readonly number[]): string[] {
  if (samples.some(Number.isNaN)) return ["–", "–", "never"];
  if (samples.length === 0) return ["–", "–", "–"];
  return [median(samples), percentile(samples, 0.95), Math.max(...samples)].map(oneDecimal);
}

function range(samples: readonly number[]): string {
  const known = samples.filter((value) => !Number.isNaN(value));
  const never = samples.length - known.length;
  const spread = known.length === 0 ? [] : [`${oneDecimal(Math.min(...known))} to ${oneDecimal(Math.max(...known))}`];
  return [...spread, ...(never === 0 ? [] : [`${never} never`])].join(", ") || "–";
}

function oneDecimal(value: number): string {
  return value.toFixed(1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
