import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ALL, deployedTo, KUBECTL, minikube, override, refuses, succeeds } from "../../tests/support/upPrograms.ts";

const DAEMONLESS = { FAKE_DAEMON: "no" };

/** The state of a stack that has installed KEDA. */
const KEDA_STATE = JSON.stringify({
  deployment: { resources: [{ urn: "u", type: "kubernetes:helm.sh/v3:Release", inputs: { chart: "keda" } }] },
});

describe("npm run down", { timeout: 60_000 }, () => {
  test("destroys the stack, and keeps the cluster", async () => {
    const { output, called } = await succeeds("down", { args: ["--stack=mine"] });
    assert.deepEqual(called(/^pulumi destroy/), ["pulumi destroy --yes --stack mine"]);
    assert.match(output, /^minikube delete --profile=minikube$/m);
    assert.deepEqual(called(/^minikube delete/), []);
  });

  test("of a stack that does not exist shows how to list the stacks, in the state that was read", async () => {
    const pulumi = `case "$*" in version) echo v3.259.0;; *) echo "error: no stack named 'x' found" >&2; exit 255;; esac`;
    const says = /no stack named 'x' found\. To see the stacks: PULUMI_BACKEND_URL=file:\S+ .* pulumi stack ls$/m;
    const situation = { args: ["--stack", "x"], programs: { ...ALL, pulumi } };
    await refuses("down", situation, { code: 1, says, without: /^pulumi destroy/ });
  });

  test("only shows what would be deleted, with --preview-only, which Pulumi does not accept together with --yes", async () => {
    for (const env of [{}, { ...DAEMONLESS, ...deployedTo("minikube", "uid-0") }]) {
      const { output, called } = await succeeds("down", { args: ["--preview-only"], env });
      assert.deepEqual(called(/^pulumi (refresh|destroy)/), ["pulumi destroy --preview-only --stack dev"]);
      assert.doesNotMatch(output, /minikube delete/);
    }
  });

  test("needs no Docker daemon, and does not ask minikube for one", async () => {
    for (const program of [ALL.minikube, minikube("docker", "containerd", { nodes: 2 })]) {
      const { called } = await succeeds("down", { programs: { ...ALL, minikube: program }, env: DAEMONLESS });
      assert.deepEqual(called(/^docker|^minikube docker-env/), []);
    }
  });

  for (const [what, args, variables] of [
    ["of a recreated cluster", [], deployedTo("minikube", "uid-0")],
    ["that was asked for", ["--refresh"], {}],
  ] as const) {
    test(`leaves the image out of a refresh ${what} without a Docker daemon`, async () => {
      const { called } = await succeeds("down", { args, env: { ...DAEMONLESS, ...variables } });
      assert.deepEqual(called(/^pulumi (refresh --yes|destroy)/), [
        "pulumi refresh --yes --skip-preview --exclude **docker:index/image:Image::* --stack dev",
        "pulumi destroy --yes --stack dev",
      ]);
    });
  }

  test("removes the finalizers that a KEDA without operator leaves, and says so", async () => {
    const metadata = { namespace: "b", name: "claps" };
    const deleted = { ...metadata, finalizers: ["finalizer.keda.sh"], deletionTimestamp: "2026-11-26T05:22:00Z" };
    const items = JSON.stringify({ items: [{ kind: "ScaledJob", metadata: deleted }] });
    const kubectl = `case "$*" in
  *" get scaledjobs"*) if test -e "\${0%/*}/patched"; then echo '{}'; else echo '${items}'; fi;;
  *" patch "*) true > "\${0%/*}/patched";;
  *" get pods "*|*" get jobs "*|*" get namespaces "*) echo '{"items":[]}';;
  *) ${KUBECTL.replaceAll("esac", "esac;;")}
esac`;
    const resources = [
      { urn: "u", type: "kubernetes:helm.sh/v3:Release", inputs: { chart: "keda" } },
      { urn: "u", type: "kubernetes:keda.sh/v1alpha1:ScaledJob", inputs: { metadata } },
    ];
    const env = {
      FAKE_STATE: JSON.stringify({ deployment: { resources } }),
      FAKE_UP: `while ! test -e "\${0%/*}/patched"; do sleep 0.1; done`,
    };
    const { output } = await succeeds("down", { programs: { ...ALL, kubectl }, env });
    assert.match(
      output,
      /^KEDA's operator is not running, and no Job is left: removed its finalizer from the ScaledJob b\/claps$/m,
    );
  });

  test("destroys nothing while another stack uses the KEDA that this one has installed", async () => {
    const items = JSON.stringify({ items: [{ kind: "ScaledJob", metadata: { namespace: "depot", name: "page" } }] });
    const kubectl = override(KUBECTL, '*" get scaledjobs"*', `echo '${items}'; exit`);
    const situation = { programs: { ...ALL, kubectl }, env: { FAKE_STATE: KEDA_STATE } };
    const says = /^KEDA must not be used by others .*; got ScaledJob depot\/page\. /m;
    await refuses("down", situation, { says, without: /^pulumi destroy/ });
    await succeeds("down", { ...situation, args: ["--target=urn:pulumi:x"] });
  });

  for (const [what, env, kubectl, says] of [
    [
      "Pulumi's state",
      { FAKE_EXPORT: 'echo "error: no such host" >&2; exit 255' },
      KUBECTL,
      /^cannot read the state of the stack dev .*: error: no such host$/m,
    ],
    [
      "who uses the KEDA that it has installed",
      { FAKE_STATE: KEDA_STATE },
      override(KUBECTL, '*" get scaledjobs"*', 'echo "error: Forbidden" >&2; exit 1'),
      /^cannot list scaledjobs.keda.sh,.*: error: Forbidden$/m,
    ],
  ] as const) {
    test(`destroys nothing if it cannot read ${what}`, async () => {
      const programs = { ...ALL, kubectl };
      await refuses("down", { programs, env }, { code: 1, says, without: /^pulumi destroy/ });
    });
  }

  for (const [status, command] of [
    ["Stopped", "minikube start --profile=minikube"],
    ["Paused", "minikube unpause --profile=minikube"],
    ["", "pulumi stack rm --force --stack dev"],
  ] as const) {
    test(`destroys nothing and says how to continue if the cluster does not answer: ${command}`, async () => {
      const programs = { ...ALL, minikube: minikube("docker", "docker", { status }) };
      const says = /^cannot reach the cluster of the context minikube/m;
      const without = /^pulumi destroy|^minikube (start|unpause)/;
      const output = await refuses("down", { programs, clusterAnswers: false }, { code: 1, says, without });
      assert.ok(output.includes(command), output);
    });
  }
});
