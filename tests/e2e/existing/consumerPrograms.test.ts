import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { checkLanguageHosts } from "./checkLanguageHosts.ts";
import { CONSUMER_PROGRAMS } from "./consumerPrograms.ts";

describe("the programs of npm run e2e -- consumer", () => {
  test("are all examples of consumers", () => {
    const examples = readdirSync(new URL("../../../examples/consumers", import.meta.url));
    assert.deepEqual(CONSUMER_PROGRAMS.map(({ name }) => name).sort(), examples.sort());
  });

  test("need Pulumi's language hosts and python3 on PATH: the message names those that are missing", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "hosts-"));
    t.after(() => rmSync(folder, { recursive: true }));
    for (const program of ["pulumi-language-nodejs", "pulumi-language-yaml"]) {
      writeFileSync(join(folder, program), "#!/bin/sh\n");
      chmodSync(join(folder, program), 0o755);
    }
    assert.throws(() => checkLanguageHosts(folder), {
      message:
        "pulumi-language-nodejs, pulumi-language-python, pulumi-language-yaml, python3 must be on PATH (the examples are programs in " +
        "TypeScript, Python, YAML; the hosts come with pulumi); got none of pulumi-language-python, python3",
    });
    for (const program of ["pulumi-language-python", "python3"]) {
      writeFileSync(join(folder, program), "#!/bin/sh\n");
      chmodSync(join(folder, program), 0o755);
    }
    checkLanguageHosts(folder);
  });
});
