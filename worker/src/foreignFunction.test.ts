import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { getMessage } from "./getMessage.ts";
import { withHint } from "./withHint.ts";

const { query } = await createTestDatabase();

/** The error of this statement. */
async function failure(statement: string): Promise<Error> {
  return await query(statement).then(
    () => assert.fail("it must fail"),
    (error) => error,
  );
}

test("an error that a function of others has raised names it: the missing right may be another role's", async () => {
  await query(`
    create schema audit;
    create function audit.note() returns trigger language plpgsql as $$begin perform * from missing; return null; end$$;
    create trigger note after insert on batch.queue for each row execute function audit.note()`);
  const error = await failure("insert into make_it_clap (duration_seconds) values (1)");
  const expected =
    'relation "missing" does not exist (raised in the function audit.note, which is not postgres-batch\'s)';
  assert.equal(getMessage(error), expected);
  assert.equal(withHint(error), expected);
});

test("an error of postgres-batch's own functions names none", async () => {
  const error = await failure("select batch.attach('make_it_clap', 'No')");
  assert.match(getMessage(error), /^kind must be 1 to 40 of a-z, .*; got 'No'$/);
});
