import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createPrograms } from "../../tests/support/programs.ts";
import { configProblems } from "../../tests/support/pulumi/configProblems.ts";
import { declaredDefaults } from "../../tests/support/pulumi/declaredConfig.ts";
import { ALL, run } from "../../tests/support/upPrograms.ts";

/** What `pulumi config --json --show-secrets` prints for these keys and the defaults of all others. */
function settings(changed: Readonly<Record<string, object | undefined>> = {}): NodeJS.ProcessEnv {
  const defaults = Object.entries(declaredDefaults()).map(([key, value]) => [key, { value, secret: false }]);
  const all = { ...Object.fromEntries(defaults), ...changed, "kubernetes:context": { value: "another program's" } };
  const named = Object.entries(all).map(([key, setting]) => [
    key.includes(":") ? key : `postgres-batch:${key}`,
    setting,
  ]);
  return { FAKE_SETTINGS: JSON.stringify(Object.fromEntries(named)) };
}

/** The defaults of the other structures, as Pulumi shows them. */
function structures() {
  return Object.fromEntries(["database", "image", "pod"].map((key) => [key, { value: "{}", objectValue: {} }]));
}

const TEXT =
  "batches must be a list in the stack's file, or set by pulumi config set --path (Pulumi refuses text); got text";

describe("npm run up checks the stack's settings before it starts minikube or Pulumi", { timeout: 180_000 }, () => {
  const wrong: Record<string, readonly [args: string[], env: NodeJS.ProcessEnv, problems: readonly string[]]> = {
    "in the stack's file": [[], settings({ cpu: { value: "a lot" } }), configProblems({ cpu: "a lot" })],
    "on the command line": [
      ["--config", "maxReplicaCount=0", "-c", "pollingInterval=7"],
      settings(),
      configProblems({ maxReplicaCount: "0" }),
    ],
    "by a path": [
      ["--config-path", "-c", "image.build.registry=https://a"],
      settings(),
      configProblems({ image: { build: { registry: "https://a" } } }),
    ],
    "by several keys at once": [
      ["-c", "namespace=keda", "-c", "maxReplicaCount=81"],
      settings(),
      configProblems({ namespace: "keda", maxReplicaCount: "81" }),
    ],
    "as a secret, which it does not show": [
      [],
      settings({ memory: { value: "geheim", secret: true } }),
      configProblems({ memory: "geheim" }).map((line) => line.replace('"geheim"', "a secret")),
    ],
    "on the command line, of a structure as text, which Pulumi would refuse only after it has stored it": [
      ["-c", 'batches=[{ "kind": "page", "table": "pages" }]'],
      settings(),
      [TEXT],
    ],
    "in the stack's file, of a structure as text": [
      [],
      settings({ batches: { value: "[]" }, keda: { value: "{}", objectValue: {} }, ...structures() }),
      [TEXT],
    ],
  };
  for (const [what, [args, env, problems]] of Object.entries(wrong)) {
    test(`refuses a wrong value ${what} with index.ts' message`, async () => {
      const programs = await createPrograms(ALL);
      const { ended, output } = run("cli/up/up.ts", programs, args, env);
      assert.equal(await ended, 64, output());
      assert.ok(problems.length > 0);
      assert.deepEqual(output().trimEnd().split("\n"), [
        "the stack's configuration (pulumi config set KEY VALUE):",
        ...problems,
      ]);
      const calls = await programs.calls();
      assert.deepEqual(
        calls.filter((call) => /^(minikube|docker|kubectl)|^pulumi (up|stack)/.test(call)),
        [],
      );
      assert.ok(!calls.join().includes("geheim"));
    });
  }

  test("refuses a key that nothing reads", async () => {
    const { ended, output } = run("cli/up/up.ts", await createPrograms(ALL), ["-c", "maxReplicas=3"], settings());
    assert.equal(await ended, 64);
    assert.match(output(), /^a key must be one of .*; got "maxReplicas"$/m);
  });

  test("continues with correct ones, and where Pulumi's answer is in another form", async () => {
    for (const env of [settings({ pollingInterval: { value: "7" } }), { FAKE_SETTINGS: "KEY VALUE" }]) {
      const { ended, output } = run("cli/up/up.ts", await createPrograms(ALL), ["-c", "maxReplicaCount=20"], env);
      assert.equal(await ended, 0, output());
    }
  });

  test("refuses to delete the namespace of a deployed stack, which Pulumi would do without asking", async () => {
    const type = "kubernetes:core/v1:Namespace";
    const urn = `urn:pulumi:dev::postgres-batch::postgres-batch:index:Postgres$${type}::postgres-namespace`;
    const resources = [{ urn, type, inputs: { metadata: { name: "keda-with-postgresql" } } }];
    const env = { ...settings(), FAKE_STATE: JSON.stringify({ deployment: { resources } }) };
    for (const args of [
      ["-c", "createNamespace=false"],
      ["-c", "namespace=other"],
    ]) {
      const programs = await createPrograms(ALL);
      const { ended, output } = run("cli/up/up.ts", programs, args, env);
      assert.equal(await ended, 64, output());
      assert.match(
        output(),
        /^the settings must keep the namespace .* got settings that do not create keda-with-postgresql/m,
      );
      assert.ok(!(await programs.calls()).some((call) => /^minikube start|^pulumi up/.test(call)));
    }
    const same = run("cli/up/up.ts", await createPrograms(ALL), [], env);
    assert.equal(await same.ended, 0, same.output());
  });

  test("refuses to delete an installed KEDA or its namespace by a path, and lets a removed stack have other namespaces", async () => {
    const type = "kubernetes:core/v1:Namespace";
    const urn = `urn:pulumi:dev::postgres-batch::postgres-batch:index:Keda$${type}::keda-namespace`;
    const resources = [{ urn, type, inputs: { metadata: { name: "keda" } } }];
    const args = ["--config-path", "-c", "keda.existing.namespace=keda", "-c", "namespace=other"];
    const deployed = { ...settings(), FAKE_STATE: JSON.stringify({ deployment: { resources } }) };
    const refused = run("cli/up/up.ts", await createPrograms(ALL), args, deployed);
    assert.equal(await refused.ended, 64, refused.output());
    assert.match(
      refused.output(),
      /; got settings that do not create keda\. Correct namespace, createNamespace or keda;/,
    );
    const urnOfRelease =
      "urn:pulumi:dev::postgres-batch::postgres-batch:index:Keda$kubernetes:helm.sh/v3:Release::keda";
    const release = { urn: urnOfRelease, type: "kubernetes:helm.sh/v3:Release", inputs: { chart: "keda" } };
    const inExisting = { ...settings(), FAKE_STATE: JSON.stringify({ deployment: { resources: [release] } }) };
    const uninstalling = run("cli/up/up.ts", await createPrograms(ALL), args, inExisting);
    assert.equal(await uninstalling.ended, 64, uninstalling.output());
    assert.match(uninstalling.output(), /^keda must stay installed by this stack/m);
    const removed = { ...settings(), FAKE_STATE: JSON.stringify({ deployment: {} }) };
    const accepted = run("cli/up/up.ts", await createPrograms(ALL), args, removed);
    assert.equal(await accepted.ended, 0, accepted.output());
  });

  test("reads the settings of a new stack as soon as it is created", async () => {
    const pulumi = `case "$*" in
      "config --json"*) test -e "\${0%/*}/created" || { echo "error: no stack named" >&2; exit 255; };;
      "stack select"*) true > "\${0%/*}/created";;
    esac\n${ALL.pulumi}`;
    const programs = await createPrograms({ ...ALL, pulumi });
    const { ended, output } = run("cli/up/up.ts", programs, ["-c", "maxReplicaCount=0"], settings());
    assert.equal(await ended, 64, output());
    assert.ok(!(await programs.calls()).some((call) => /^minikube start|^pulumi up/.test(call)));
  });

  test("says why the settings cannot be read", async () => {
    const pulumi = `case "$*" in "config --json"*) echo "error: no such secret" >&2; exit 255;; esac\n${ALL.pulumi}`;
    const programs = await createPrograms({ ...ALL, pulumi });
    const { ended, output } = run("cli/up/up.ts", programs);
    assert.equal(await ended, 1);
    assert.match(output(), /^cannot read the settings of the stack dev: error: no such secret$/m);
    assert.ok(!(await programs.calls()).some((call) => call.startsWith("minikube start")));
  });
});
