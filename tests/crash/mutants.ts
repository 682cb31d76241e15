import { type Migration, readMigrationFiles } from "../../worker/src/migrationFiles.ts";
import { type StatementName, statement } from "../../worker/src/queue/statement.ts";

/** Every write after the claim has it. */
const FENCE = "attempt = $4 and session_id = $5";
const NO_FENCE = "$4::integer is not null and $5::integer is not null";

const COUNTED = "case when q.session_id = $4 then 0 else 1 end";
const LOCK = "return pg_try_advisory_lock(1650553955, session_id);";
const GONE =
  "else pg_postmaster_start_time() < now() - interval '5 seconds' and pg_try_advisory_xact_lock(1650553955, session_id)";

/** A guarantee taken out of the SQL: a text of it, and what stands there instead. */
interface Change {
  /** A statement, or else a migration. */
  readonly statement?: StatementName;
  readonly text: string;
  readonly instead: string;
}

/** SQL that breaks a promise; whoever checks the promise must see it. */
export interface Mutant {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** What the crash points must be able to catch. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "succeed without its fence",
    changes: [{ statement: "succeed", text: FENCE, instead: NO_FENCE }],
  },
  { name: "fail without its fence", changes: [{ statement: "fail", text: FENCE, instead: NO_FENCE }] },
  { name: "an attempt not counted at its claim", changes: [{ statement: "claim", text: COUNTED, instead: "0" }] },
  { name: "a claim sent again counted again", changes: [{ statement: "claim", text: COUNTED, instead: "1" }] },
  {
    name: "no session lock: everybody is gone",
    changes: [
      { text: LOCK, instead: "return true;" },
      { text: GONE, instead: "else true" },
    ],
  },
  { name: "nobody is ever gone", changes: [{ text: GONE, instead: "else false" }] },
  {
    name: "a crash not charged",
    changes: [{ text: "crashes = q.crashes + (for_reason = 'crashed')::integer", instead: "crashes = q.crashes" }],
  },
  {
    name: "an error not charged",
    changes: [{ text: "errors = q.errors + (for_reason = 'error')::integer", instead: "errors = q.errors" }],
  },
  {
    name: "one error more than the limit",
    changes: [{ text: "q.errors >= q.backoff_limit", instead: "q.errors > q.backoff_limit" }],
  },
];

/**
 * The SQL with the mutant's changes.
 *
 * @throws Error when a text that is to be changed is not there exactly once: the mutant would be none.
 */
export function mutate({ name, changes }: Mutant): {
  readonly texts: ReadonlyMap<StatementName, string>;
  readonly migrations: readonly Migration[];
} {
  const texts = new Map<StatementName, string>();
  let migrations: readonly Migration[] = readMigrationFiles().migrations;
  for (const { statement: of, text, instead } of changes) {
    const before = of ? (texts.get(of) ?? statement(of).text) : migrations.map((migration) => migration.text).join();
    const found = before.split(text).length - 1;
    if (found !== 1) throw new Error(`"${text}" must be in the SQL once (${name} changes it); got it ${found} times`);
    if (of)
      texts.set(
        of,
        before.replace(text, () => instead),
      );
    else migrations = migrations.map((one) => ({ ...one, text: one.text.replace(text, () => instead) }));
  }
  return { texts, migrations };
}
