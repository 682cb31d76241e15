import assert from "node:assert/strict";
import { cp, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "../../tests/support/createFolder.ts";
import { configProblems } from "../../tests/support/pulumi/configProblems.ts";
import { declaredDefaults } from "../../tests/support/pulumi/declaredConfig.ts";
import { ALL, KUBECTL, outcome, ROOT } from "../../tests/support/upPrograms.ts";

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
  const up = (args: readonly string[], env = settings(), programs: Readonly<Record<string, string>> = ALL) =>
    outcome("up", { args, env, programs, clusterAnswers: false });

  const wrong: Record<string, readonly [args: string[], env: NodeJS.ProcessEnv, problems: readonly string[]]> = {
    "in the stack's file, as a secret, which it does not show, and by several keys on the command line": [
      ["--config", "maxReplicaCount=0", "-c", "pollingInterval=7", "-c", "namespace=keda"],
      settings({ cpu: { value: "a lot" }, memory: { value: "geheim", secret: true } }),
      configProblems({ cpu: "a lot", memory: "geheim", maxReplicaCount: "0", namespace: "keda" }).map((line) =>
        line.replace('"geheim"', "a secret"),
      ),
    ],
    "of a misspelt project, which Pulumi ignores": [
      [],
      settings({ "postgres-bach:maxReplicaCount": { value: "5" }, "kubernetes:namespace": { value: "others" } }),
      [
        `a key must be one of ${Object.keys(declaredDefaults()).join(", ")} (no other is known); got "postgres-bach:maxReplicaCount"`,
      ],
    ],
    "by a path": [
      ["--config-path", "-c", "image.build.registry=https://a"],
      settings(),
      configProblems({ image: { build: { registry: "https://a" } } }),
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
      const { code, output, called } = await up(args, env);
      assert.equal(code, 64, output);
      assert.ok(problems.length > 0);
      const title = "the stack's configuration (pulumi config set KEY VALUE):";
      assert.deepEqual(output.trimEnd().split("\n"), [title, ...problems]);
      assert.deepEqual(called(/^(minikube|docker|kubectl)|^pulumi (up|stack)|geheim/), []);
    });
  }

  test("refuses a key that nothing reads", async () => {
    const { code, output } = await up(["-c", "maxReplicas=3"]);
    assert.equal(code, 64);
    assert.match(output, /^a key must be one of .*; got "maxReplicas"$/m);
  });

  test("of a project with another name, as Pulumi does", async () => {
    const project = await readFile(join(ROOT, "Pulumi.yaml"), "utf8");
    const root = createFolder({ "Pulumi.yaml": project.replace("name: postgres-batch", "name: shop-batches") });
    for (const path of ["cli", "components", "worker/src", "package.json"])
      await cp(join(ROOT, path), join(root, path), { recursive: true });
    for (const path of ["node_modules", "sql"]) await symlink(join(ROOT, path), join(root, path));
    await cp(join(ROOT, "worker/Dockerfile"), join(root, "worker/Dockerfile"));
    const renamed = { FAKE_SETTINGS: settings().FAKE_SETTINGS?.replaceAll("postgres-batch:", "shop-batches:") };
    const args = ["-c", "shop-batches:maxReplicaCount=20"];
    const accepted = await outcome("up", { args, env: renamed, clusterAnswers: false, root });
    assert.equal(accepted.code, 0, accepted.output);
    const refused = await outcome("up", { args: ["-c", "shop-batches:maxReplicaCount=0"], env: renamed, root });
    assert.equal(refused.code, 64, refused.output);
    assert.deepEqual(refused.output.trimEnd().split("\n").slice(1), configProblems({ maxReplicaCount: "0" }));
  });

  test("continues with correct ones, and where Pulumi's answer is in another form", async () => {
    for (const env of [settings({ pollingInterval: { value: "7" } }), { FAKE_SETTINGS: "KEY VALUE" }]) {
      const { code, output } = await up(["-c", "maxReplicaCount=20"], env);
      assert.equal(code, 0, output);
    }
  });

  const deployed = (...resources: readonly object[]) => ({
    ...settings(),
    FAKE_STATE: JSON.stringify({ deployment: { resources } }),
  });
  const namespace = (component: string, name: string) => {
    const type = "kubernetes:core/v1:Namespace";
    const urn = `urn:pulumi:dev::postgres-batch::postgres-batch:index:${component}$${type}::${component.toLowerCase()}-namespace`;
    return { urn, type, inputs: { metadata: { name } } };
  };

  test("refuses to delete the namespace of a deployed stack, which Pulumi would do without asking", async () => {
    const env = deployed(namespace("Postgres", "keda-with-postgresql"));
    for (const changed of ["createNamespace=false", "namespace=other"]) {
      const { code, output, called } = await up(["-c", changed], env);
      assert.equal(code, 64, output);
      assert.match(
        output,
        /^the settings must keep the namespace .* got settings that do not create keda-with-postgresql/m,
      );
      assert.deepEqual(called(/^minikube start|^pulumi up/), []);
    }
    const same = await up([], env);
    assert.equal(same.code, 0, same.output);
  });

  test("refuses to delete an installed KEDA or its namespace by a path, and lets a removed stack have other namespaces", async () => {
    const args = ["--config-path", "-c", "keda.existing.namespace=keda", "-c", "namespace=other"];
    const refused = await up(args, deployed(namespace("Keda", "keda")));
    assert.equal(refused.code, 64, refused.output);
    assert.match(
      refused.output,
      /; got settings that do not create keda\. Correct namespace, createNamespace or keda;/,
    );
    const type = "kubernetes:helm.sh/v3:Release";
    const urn = `urn:pulumi:dev::postgres-batch::postgres-batch:index:Keda$${type}::keda`;
    const uninstalling = await up(args, deployed({ urn, type, inputs: { chart: "keda" } }));
    assert.equal(uninstalling.code, 64, uninstalling.output);
    assert.match(uninstalling.output, /^keda must stay installed by this stack/m);
    const accepted = await up(args, deployed());
    assert.equal(accepted.code, 0, accepted.output);
  });

  test("refuses to uninstall the bundled PostgreSQL of a deployed stack, whose requests would not run", async () => {
    const type = "kubernetes:helm.sh/v3:Release";
    const urn = `urn:pulumi:dev::postgres-batch::postgres-batch:index:Postgres$${type}::postgres`;
    const installed = (namespace: string) => deployed({ urn, type, inputs: { name: "my-release", namespace } });
    const existing = ["host=db", "database=shop", "admin.user=a", "admin.secretName=a"].flatMap((pair) => [
      "-c",
      `database.existing.${pair}`,
    ]);
    for (const args of [
      existing,
      ["-c", "database.install.releaseName=other"],
      ["-c", "namespace=other", "-c", "createNamespace=false"],
    ]) {
      const { code, output, called } = await up(["--config-path", ...args], installed("keda-with-postgresql"));
      assert.equal(code, 64, output);
      assert.match(output, /^the settings must keep the PostgreSQL .*, keda-with-postgresql\/my-release \(/m);
      assert.deepEqual(called(/^minikube start|^pulumi up/), []);
    }
    const same = await up([], installed("keda-with-postgresql"));
    assert.equal(same.code, 0, same.output);
  });

  test("reads the settings of a new stack as soon as it is created", async () => {
    const pulumi = `case "$*" in
      "config --json"*) test -e "\${0%/*}/created" || { echo "error: no stack named" >&2; exit 255; };;
      "stack select"*) true > "\${0%/*}/created";;
    esac\n${ALL.pulumi}`;
    const { code, output, called } = await up(["-c", "maxReplicaCount=0"], settings(), { ...ALL, pulumi });
    assert.equal(code, 64, output);
    assert.deepEqual(called(/^minikube start|^pulumi up/), []);
  });

  test("says why the settings cannot be read", async () => {
    const pulumi = `case "$*" in "config --json"*) echo "error: no such secret" >&2; exit 255;; esac\n${ALL.pulumi}`;
    const { code, output, called } = await up([], {}, { ...ALL, pulumi });
    assert.equal(code, 1);
    assert.match(output, /^cannot read the settings of the stack dev: error: no such secret$/m);
    assert.deepEqual(called(/^minikube start/), []);
  });
});

describe("npm run up where the cluster has a namespace of the stack's name", { timeout: 60_000 }, () => {
  const items = JSON.stringify({ items: [{ metadata: { name: "keda-with-postgresql" } }] });
  const kubectl = KUBECTL.replace("case", `case "$*" in *" get namespaces"*) echo '${items}'; exit;; esac; case`);
  const up = (env: NodeJS.ProcessEnv) =>
    outcome("up", { env: { ...settings(), ...env }, programs: { ...ALL, kubectl } });

  test("deploys nothing if it is another stack's", async () => {
    const { code, output, called } = await up({});
    assert.equal(code, 64, output);
    assert.match(output, /^namespace must not exist yet .*; got "keda-with-postgresql", which exists\. /m);
    assert.deepEqual(called(/^pulumi up/), []);
  });

  test("calls it taken only if it could read which are the stack's own", async () => {
    const { code, output, called } = await up({ FAKE_EXPORT: 'echo "error: no such host" >&2; exit 255' });
    assert.equal(code, 1, output);
    assert.match(output, /^cannot read the state of the stack dev \(nothing was changed\): error: no such host$/m);
    assert.doesNotMatch(output, /must not exist yet/);
    assert.deepEqual(called(/^minikube start|^pulumi up/), []);
  });
});
