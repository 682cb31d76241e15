import { exactly, type Limit } from "../../support/limit.ts";
import { type Cluster, NAMESPACE } from "../cluster.ts";
import { EXAMPLES, readExample, readRoleCommands } from "../examples/examplePage.ts";
import { killMailing, mailingFindings } from "../examples/killedMailing.ts";
import { kindsEnded, readAttempts, removeKinds } from "../kinds.ts";
import { clear } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

const TABLES = { nap: "naps", squares: "square_runs", mailing: "mailings" };

/**
 * No errors are expected. The mailing is killed more often than the default allows, and each of its Jobs has one pod, so that no
 * time is spent in Kubernetes' back-off.
 */
const LIMITS = { backoffLimit: 0, crashLimit: 10 };

/** Lifecycle claim: examples. Each is deployed by the commands of its page, word for word. */
export const examples: Scenario = {
  claim:
    "each example finishes as its page deploys it; Spring Batch's job, killed five times, writes every letter once",
  async run({ cluster, stack, settings, note }) {
    await stack.up(settings);
    await clear(cluster);
    await remove(cluster);
    try {
      await stack.shell(readRoleCommands());
      const pages = EXAMPLES.map(readExample);
      for (const { commands } of pages) await stack.shell(commands);
      const batches = pages.map(({ batch }) => ({ ...batch, ...LIMITS }));
      const own = { ...settings, batches: JSON.stringify(batches) };
      await stack.up(own);
      await killMailing(cluster);
      await kindsEnded(cluster, Object.keys(TABLES), 180_000);
      const unchanged = await stack.up(own, "--expect-no-changes");
      note(`a second pulumi up changes nothing: ${unchanged.toFixed(1)} s`);
      return [
        await succeeded(cluster, "nap", "select count(*) = 1 from dreams"),
        await succeeded(
          cluster,
          "squares",
          "select count(*) = 20000 and bool_and(square = number::bigint * number) from squares",
        ),
        ...(await mailingFindings(cluster)),
      ];
    } finally {
      await remove(cluster);
    }
  },
};

/** Whether the kind's only request succeeded at its first attempt and wrote the right rows. */
async function succeeded(cluster: Cluster, kind: string, check: string): Promise<Limit> {
  const ends = (await readAttempts(cluster, kind)).map(({ status }) => status).join();
  const right = (await cluster.psql(check)).trim() === "t";
  return exactly(1, `${kind} with one attempt and all it must write`, Number(ends === "SUCCESS" && right));
}

/** Removes what the pages' commands have created, in this run or in an interrupted one. */
async function remove(cluster: Cluster): Promise<void> {
  await removeKinds(cluster, TABLES);
  await cluster.psql(`
    set client_min_messages = warning;
    drop table if exists dreams, squares, letters;
    drop function if exists take_time;
    drop sequence if exists letter_chunks;
    drop schema if exists spring_batch cascade;
    drop role if exists program;`);
  await cluster.kubectl(["delete", "secret", "program", "-n", NAMESPACE, "--ignore-not-found"]);
}
