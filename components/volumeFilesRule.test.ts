import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { podProblems } from "../tests/support/pulumi/problems.ts";

const problems = (source: object) => podProblems({ volumes: [{ name: "v", ...source }] });
const secret = (item: object) => ({ secret: { secretName: "a", items: [{ key: "k", path: "p", ...item }] } });

describe("the files of a volume", () => {
  for (const source of [
    secret({ mode: 0o400, path: "a/..b" }),
    secret({ mode: output(644), path: output("/p"), key: output("") }),
    { projected: { sources: [{ serviceAccountToken: { path: "token" } }], defaultMode: undefined } },
    { csi: { driver: "c.example", volumeAttributes: { path: "/x", mode: "0755", key: "a b" } } },
  ])
    test(`may be ${JSON.stringify(Object.keys(source))} as Kubernetes accepts them`, () =>
      assert.deepEqual(problems(source), []));

  for (const [says, source] of [
    [
      "secret.items[0].mode must be a whole number from 0 to 511 (a file mode: 0644 in YAML, which is 420); got 644",
      secret({ mode: 644 }),
    ],
    [
      'secret.items[0].key must be a key (letters, digits, _, . and -) (its value is the file\'s content); got ""',
      secret({ key: "" }),
    ],
    ['secret.items[0].path must be a relative path without .. (the file in the volume); got ""', secret({ path: "" })],
    [
      'configMap.items[0].path must be a relative path without .. (the file in the volume); got "a/../b"',
      { configMap: { name: "a", items: [{ key: "k", path: "a/../b" }] } },
    ],
    [
      'projected.sources[0].secret.items[0].path must be a relative path without .. (the file in the volume); got "/p"',
      { projected: { sources: [{ secret: { name: "a", items: [{ key: "k", path: "/p" }] } }] } },
    ],
    [
      "projected.sources[0].serviceAccountToken.expirationSeconds must be a whole number from 600 to 4294967296 (Kubernetes' rule for tokens); got 300",
      { projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 300 } }] } },
    ],
    [
      "downwardAPI.defaultMode must be a whole number from 0 to 511 (a file mode: 0644 in YAML, which is 420); got 644",
      { downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }], defaultMode: 644 } },
    ],
  ] as const)
    test(`are refused before the deployment if no pod could have them: ${says}`, () =>
      assert.deepEqual(problems(source), [`pod.volumes[0].${says}`]));
});

test("a variable with a zero byte, with which no container starts, is refused and not shown", () => {
  assert.deepEqual(podProblems({ env: { TOKEN: "ge\0heim" } }, true), [
    "pod.env.TOKEN must have no zero byte (the end of a variable's value for Linux); got one with it",
  ]);
});
