import assert from "node:assert/strict";
import { test } from "node:test";
import { DatabaseUnavailableError } from "./errors.ts";

test("a server that can only be read is named as a replica", () => {
  const cause = Object.assign(new Error("cannot execute nextval() in a read-only transaction"), { code: "25006" });
  const { message } = new DatabaseUnavailableError(60, cause);
  assert.match(message, /read-only transaction \(the server is a replica, or read-only\)$/);
});
