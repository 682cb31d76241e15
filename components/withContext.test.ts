import assert from "node:assert/strict";
import { test } from "node:test";
import { withContext } from "./withContext.ts";

test("kubectl uses the stack's context, whatever its name is, and other commands stay as they are", () => {
  assert.equal(withContext("kubectl exec -it x", "production"), "kubectl --context 'production' exec -it x");
  assert.equal(withContext("kubectl exec x", "it's $&"), "kubectl --context 'it'\\''s $&' exec x");
  assert.equal(withContext("sh -c 'exec psql'", "production"), "sh -c 'exec psql'");
});
