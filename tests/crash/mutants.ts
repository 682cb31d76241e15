import { type MigrationFiles, readMigrationFiles } from "../../worker/src/migrationFiles.ts";

/** The fence of every write after the claim. */
const FENCE = "q.attempt = p_attempt and q.session_id = p_session";
const NO_FENCE = "true";

const LOCK = "return pg_try_advisory_lock(1650553955, p_session);";
const DEAD =
  "else pg_postmaster_start_time() < now() - interval '5 seconds' and pg_try_advisory_xact_lock(1650553955, p_session)";

/** A guarantee removed from the SQL: its file of sql/functions/, its text, and the replacement. */
type Change = readonly [file: string, text: string, instead: string];

/** SQL that violates a guarantee; that guarantee's test must detect it. */
interface Mutant {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** A mutant, and the scenario that is tried first because it is known to detect it. */
export interface ScenarioMutant extends Mutant {
  readonly scenario: string;
}

/** Mutants that the crash points must detect. */
export const MUTANTS: readonly ScenarioMutant[] = [
  { name: "succeed without its fence", scenario: "success", changes: [["record_success", FENCE, NO_FENCE]] },
  { name: "fail without its fence", scenario: "an error, then success", changes: [["fail", FENCE, NO_FENCE]] },
  {
    name: "an attempt not counted at its claim",
    scenario: "success",
    changes: [["claim", "set attempt = u.attempt + 1,", "set attempt = u.attempt,"]],
  },
  {
    name: "an attempt of the Job's own request not counted at its claim",
    scenario: "an error, then success",
    changes: [
      ["claim_slow_path", "greatest(q.attempt, last.attempt, 0) + 1;", "greatest(q.attempt, last.attempt, 0);"],
    ],
  },
  {
    name: "a repeated claim counted again",
    scenario: "success",
    changes: [["claim_slow_path", "set attempt = q.attempt,", "set attempt = q.attempt + repeated::integer,"]],
  },
  {
    name: "a checkpoint saved without its fence",
    scenario: "a checkpoint",
    changes: [["report", "batch.lock_attempt(p_kind, p_job, p_request, p_attempt, p_session)", "true"]],
  },
  {
    name: "no session lock: every session is dead",
    scenario: "watched by others",
    changes: [
      ["lock_session", LOCK, "return true;"],
      ["session_is_dead", DEAD, "else true"],
    ],
  },
  { name: "no session is ever dead", scenario: "success", changes: [["session_is_dead", DEAD, "else false"]] },
  {
    name: "a crash not counted",
    scenario: "the last error",
    changes: [["end_attempt", "crashes = u.crashes + (p_reason = 'crashed')::integer", "crashes = u.crashes"]],
  },
  {
    name: "an error not counted",
    scenario: "an error, then success",
    changes: [["end_attempt", "errors = u.errors + (p_reason = 'error')::integer", "errors = u.errors"]],
  },
  {
    name: "one error more than the limit",
    scenario: "the last error",
    changes: [["end_attempt", "q.errors >= coalesce(q.backoff_limit, 0)", "q.errors > coalesce(q.backoff_limit, 0)"]],
  },
];

/** Mutants that kills of commands must detect: each commits the effect of a command whose request belongs to another attempt. */
export const COMMAND_MUTANTS: readonly Mutant[] = [
  { name: "own without its lock", changes: [["lock_token", "  for update;", ";"]] },
  {
    name: "own without its fence",
    changes: [
      [
        "lock_token",
        " and q.token = split_part(p_token, ':', 4)::uuid and q.attempt = split_part(p_token, ':', 3)::integer",
        "",
      ],
    ],
  },
  {
    name: "checkpoint without its fence",
    changes: [["checkpoint", "batch.own(p_token);", "split_part(p_token, ':', 2)::bigint;"]],
  },
  { name: "finish without its fence", changes: [["finish", "or batch.lock_token(p_token) is null then", "then"]] },
];

/**
 * The project's SQL with the mutant's changes.
 *
 * @throws Error when a text to be changed does not occur exactly once: the mutant would change nothing.
 */
export function mutate({ name, changes }: Mutant): MigrationFiles {
  const { migrations, functions } = readMigrationFiles();
  const changed = new Map(functions.map((file) => [file.name, file]));
  for (const [file, text, instead] of changes) {
    const original = changed.get(file);
    const count = original ? original.text.split(text).length - 1 : 0;
    if (!original || count !== 1) {
      throw new Error(
        `"${text}" must be in sql/functions/${file}.sql once (${name} changes it); got it ${count} times`,
      );
    }
    changed.set(file, { ...original, text: original.text.replace(text, () => instead) });
  }
  return { migrations, functions: [...changed.values()] };
}
