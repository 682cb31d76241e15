import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, outcome } from "../../tests/support/upPrograms.ts";

const CHANGES = /^pulumi (up|destroy)|^minikube start/;

for (const [script, program, command] of [
  ["up", "minikube", "profile list"],
  ["up", "minikube", "docker-env"],
  ["down", "pulumi", "stack export"],
] as const) {
  test(`npm run ${script} names a ${program} that hangs in ${command}, and changes nothing`, {
    timeout: 300_000,
  }, async () => {
    const programs = { ...ALL, [program]: `case "$*" in "${command}"*) exec sleep 600;; esac\n${ALL[program]}` };
    const { code, output, called } = await outcome(script, { programs });
    assert.equal(code, 1);
    assert.match(output, new RegExp(`${program} did not end within 120 s$`, "m"));
    assert.deepEqual(called(CHANGES), []);
  });
}
