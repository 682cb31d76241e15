import assert from "node:assert/strict";
import { cp, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "../../tests/support/createFolder.ts";
import { configProblems } from "../../tests/support/pulumi/configProblems.ts";
import { declaredDefaults } from "../../tests/support/pulumi/declaredConfig.ts";
import { ALL, KUBECTL, override, ROOT, refuses, succeeds } from "../../tests/support/upPrograms.ts";

/** What `pulumi config --json --show-secrets` prints for these keys and the defaults of all others. */
function settings(changed: Readonly<Record<string, object | undefined>> = {}): NodeJS.ProcessEnv {
  const defaults = Object.entries(declaredDefaults()).map(([key, value]) => [key, { value, secret: false }]);
  const all = { ...Object.fromEntries(defaults), ...changed, "kubernetes:context": { value: "another program's" } };
  const named = Object.entries(all).map(([key, value]) => [key.includes(":") ? key : `postgres-batch:${key}`, value]);
  return { FAKE_SETTINGS: JSON.stringify(Object.fromEntries(named)) };
}

/** A structure's default, as Pulumi shows it. */
const STRUCTURE = { value: "{}", objectValue: {} };

const TITLE = /^the stack's configuration \(pulumi config set KEY VALUE\):\n/;
const START = /^minikube start|^pulumi up/;
const TEXT =
  "batches must be a list in the stack's file, or set by pulumi config set --path (Pulumi refuses text); got text";

describe("npm run up checks the stack's settings before it starts minikube or Pulumi", { timeout: 180_000 }, () => {
  const up = (args: readonly string[], env = settings(), programs: Readonly<Record<string, string>> = ALL) => ({
    args,
    env,
    programs,
    clusterAnswers: false,
  });

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
      settings({ batches: { value: "[]" }, keda: STRUCTURE, database: STRUCTURE, image: STRUCTURE, pod: STRUCTURE }),
      [TEXT],
    ],
  };
  for (const [what, [args, env, problems]] of Object.entries(wrong)) {
    test(`refuses a wrong value ${what} with index.ts' message`, async () => {
      assert.ok(problems.length > 0);
      const without = /^(minikube|docker|kubectl)|^pulumi (up|stack)|geheim/;
      const output = await refuses("up", up(args, env), { says: TITLE, without });
      assert.deepEqual(output.trimEnd().split("\n").slice(1), problems);
    });
  }

  test("refuses a key that nothing reads", async () => {
    const says = /^a key must be one of .*; got "maxReplicas"$/m;
    await refuses("up", up(["-c", "maxReplicas=3"]), { says, without: START });
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
    await succeeds("up", { args, env: renamed, clusterAnswers: false, root });
    const refused = { args: ["-c", "shop-batches:maxReplicaCount=0"], env: renamed, root };
    const output = await refuses("up", refused, { says: TITLE, without: START });
    assert.deepEqual(output.trimEnd().split("\n").slice(1), configProblems({ maxReplicaCount: "0" }));
  });

  test("continues with correct ones, and where Pulumi's answer is in another form", async () => {
    for (const env of [settings({ pollingInterval: { value: "7" } }), { FAKE_SETTINGS: "KEY VALUE" }])
      await succeeds("up", up(["-c", "maxReplicaCount=20"], env));
  });

  const deployed = (...resources: readonly object[]) => ({
    ...settings(),
    FAKE_STATE: JSON.stringify({ deployment: { resources } }),
  });
  const child = (component: string, type: string, name: string, inputs: object) => {
    const urn = `urn:pulumi:dev::postgres-batch::postgres-batch:index:${component}$${type}::${name}`;
    return { urn, type, inputs };
  };
  const namespace = (component: string, name: string) =>
    child(component, "kubernetes:core/v1:Namespace", `${component.toLowerCase()}-namespace`, { metadata: { name } });
  const release = (component: string, inputs: object) =>
    child(component, "kubernetes:helm.sh/v3:Release", component.toLowerCase(), inputs);

  test("refuses to delete the namespace of a deployed stack, which Pulumi would do without asking", async () => {
    const env = deployed(namespace("Postgres", "keda-with-postgresql"));
    const says = /^the settings must keep the namespace .* got settings that do not create keda-with-postgresql/m;
    for (const changed of ["createNamespace=false", "namespace=other"])
      await refuses("up", up(["-c", changed], env), { says, without: START });
    await succeeds("up", up([], env));
  });

  test("refuses to delete an installed KEDA or its namespace by a path, and lets a removed stack have other namespaces", async () => {
    const args = ["--config-path", "-c", "keda.existing.namespace=keda", "-c", "namespace=other"];
    const lost = /; got settings that do not create keda\. Correct namespace, createNamespace or keda;/;
    await refuses("up", up(args, deployed(namespace("Keda", "keda"))), { says: lost, without: START });
    const installed = deployed(release("Keda", { chart: "keda" }));
    await refuses("up", up(args, installed), { says: /^keda must stay installed by this stack/m, without: START });
    await succeeds("up", up(args, deployed()));
  });

  test("refuses to uninstall the bundled PostgreSQL of a deployed stack, whose requests would not run", async () => {
    const env = deployed(release("Postgres", { name: "my-release", namespace: "keda-with-postgresql" }));
    const existing = ["host=db", "database=shop", "admin.user=a", "admin.secretName=a"].flatMap((pair) => [
      "-c",
      `database.existing.${pair}`,
    ]);
    for (const args of [
      existing,
      ["-c", "database.install.releaseName=other"],
      ["-c", "namespace=other", "-c", "createNamespace=false"],
    ]) {
      const says = /^the settings must keep the PostgreSQL .*, keda-with-postgresql\/my-release \(/m;
      await refuses("up", up(["--config-path", ...args], env), { says, without: START });
    }
    await succeeds("up", up([], env));
  });

  test("reads the settings of a new stack as soon as it is created", async () => {
    const pulumi = `case "$*" in
      "config --json"*) test -e "\${0%/*}/created" || { echo "error: no stack named" >&2; exit 255; };;
      "stack select"*) true > "\${0%/*}/created";;
    esac\n${ALL.pulumi}`;
    const situation = up(["-c", "maxReplicaCount=0"], settings(), { ...ALL, pulumi });
    await refuses("up", situation, { says: /^maxReplicaCount must be /m, without: START });
  });

  test("says why the settings cannot be read", async () => {
    const pulumi = override(ALL.pulumi, '"config --json"*', 'echo "error: no such secret" >&2; exit 255');
    const says = /^cannot read the settings of the stack dev: error: no such secret$/m;
    await refuses("up", up([], {}, { ...ALL, pulumi }), { code: 1, says, without: START });
  });
});

describe("npm run up where the cluster has a namespace of the stack's name", { timeout: 60_000 }, () => {
  const items = JSON.stringify({ items: [{ metadata: { name: "keda-with-postgresql" } }] });
  const programs = { ...ALL, kubectl: override(KUBECTL, '*" get namespaces"*', `echo '${items}'; exit`) };

  test("deploys nothing if it is another stack's", async () => {
    const says = /^namespace must not exist yet .*; got "keda-with-postgresql", which exists\. /m;
    await refuses("up", { env: settings(), programs }, { says, without: /^pulumi up/ });
  });

  test("calls it taken only if it could read which are the stack's own", async () => {
    const env = { ...settings(), FAKE_EXPORT: 'echo "error: no such host" >&2; exit 255' };
    const says = /^cannot read the state of the stack dev \(nothing was changed\): error: no such host$/m;
    const output = await refuses("up", { env, programs }, { code: 1, says, without: START });
    assert.doesNotMatch(output, /must not exist yet/);
  });
});
