import type { TestDatabase } from "../support/database.ts";
import type { Queue } from "./queue.ts";
import { ROW_TIMES, toColumn } from "./row.ts";

const COLUMNS = ROW_TIMES.map(toColumn);

/** PostgreSQL's clock is a moment ahead of the model's, so that what is due now is due there. */
const MOMENT_MS = 20;

const fromNow = (milliseconds: string) => `now() + (${milliseconds} - ${MOMENT_MS}) * interval '1 ms'`;

/** One statement: it is run before every step. */
const ALIGN = {
  name: "align",
  text: `
    with aligned as (
      update batch.queue q set ${COLUMNS.map((column) => `${column} = ${fromNow(`model.${column}`)}`).join(", ")}
      from json_to_recordset($1) as model (request_id bigint, ${COLUMNS.map((column) => `${column} bigint`).join(", ")})
      where q.request_id = model.request_id
    )
    update batch.scaling set
      polled_at = ${fromNow("$2::bigint")}, poll_gap = $3::bigint * interval '1 ms', limited_until = ${fromNow("$4::bigint")},
      expected_since = array(select ${fromNow("e")} from unnest($5::bigint[]) with ordinality as u (e, i) order by i)`,
};

/**
 * Sets every stored time to the model's: PostgreSQL's clock does not stop while a test runs, and the test's speed must not
 * matter.
 */
export async function alignClock({ client }: TestDatabase, { rows, scaling, now }: Queue): Promise<void> {
  const offset = (at: number | undefined) => (at === undefined ? null : at - now);
  const times = [...rows.values()].map((row) => ({
    request_id: row.request,
    ...Object.fromEntries(ROW_TIMES.map((time) => [toColumn(time), offset(row[time])])),
  }));
  const expected = scaling.expected.toSorted((a, b) => a.claims - b.claims).map(({ since }) => since - now);
  const { polledAt, pollGap = null, limitedUntil } = scaling;
  const values = [JSON.stringify(times), offset(polledAt), pollGap, offset(limitedUntil), expected];
  await client.query({ ...ALIGN, values });
}
