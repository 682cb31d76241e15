import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createPrograms } from "../../tests/support/programs.ts";
import { ALL, deployedTo, KUBECTL, minikube, run, started } from "../../tests/support/upPrograms.ts";

describe("npm run down", { timeout: 60_000 }, () => {
  test("destroys the stack, and keeps the cluster", async () => {
    const programs = await started(await createPrograms(ALL));
    const { ended, output } = run("cli/up/down.ts", programs, ["--stack=mine"]);
    assert.equal(await ended, 0, output());
    assert.ok((await programs.calls()).includes("pulumi destroy --yes --stack mine"));
    assert.match(output(), /^minikube delete --profile=minikube$/m);
    assert.ok(!(await programs.calls()).some((call) => call.startsWith("minikube delete")));
  });

  test("needs no Docker daemon, and does not ask minikube for one", async () => {
    for (const program of [
      ALL.minikube,
      minikube("docker", "containerd"),
      minikube("docker", "docker", { nodes: 2 }),
    ]) {
      const programs = await started(await createPrograms({ ...ALL, minikube: program }));
      const { ended, output } = run("cli/up/down.ts", programs, [], { FAKE_DAEMON: "no" });
      assert.equal(await ended, 0, output());
      assert.ok(!(await programs.calls()).some((call) => /^docker|^minikube docker-env/.test(call)));
    }
  });

  for (const [what, args, variables] of [
    ["of a recreated cluster", [], deployedTo("minikube", "uid-0")],
    ["that was asked for", ["--refresh"], {}],
  ] as const) {
    test(`leaves the image out of a refresh ${what} without a Docker daemon`, async () => {
      const programs = await started(await createPrograms(ALL));
      const { ended, output } = run("cli/up/down.ts", programs, [...args], { FAKE_DAEMON: "no", ...variables });
      assert.equal(await ended, 0, output());
      assert.deepEqual(
        (await programs.calls()).filter((call) => /^pulumi (refresh --yes|destroy)/.test(call)),
        [
          "pulumi refresh --yes --skip-preview --exclude **docker:index/image:Image::* --stack dev",
          "pulumi destroy --yes --stack dev",
        ],
      );
    });
  }

  test("removes the finalizers that a KEDA without operator leaves, and says so", async () => {
    const metadata = {
      namespace: "b",
      name: "claps",
      finalizers: ["finalizer.keda.sh"],
      deletionTimestamp: "2026-11-26T05:22:00Z",
    };
    const items = JSON.stringify({ items: [{ kind: "ScaledJob", metadata }] });
    const kubectl = `case "$*" in
  *" get scaledjobs"*) if test -e "\${0%/*}/patched"; then echo '{}'; else echo '${items}'; fi;;
  *" patch "*) true > "\${0%/*}/patched";;
  *" get pods "*|*" get jobs "*|*" get namespaces "*) echo '{"items":[]}';;
  *) ${KUBECTL.replaceAll("esac", "esac;;")}
esac`;
    const resources = [
      { urn: "u", type: "kubernetes:helm.sh/v3:Release", inputs: { chart: "keda" } },
      {
        urn: "u",
        type: "kubernetes:keda.sh/v1alpha1:ScaledJob",
        inputs: { metadata: { namespace: "b", name: "claps" } },
      },
    ];
    const programs = await started(await createPrograms({ ...ALL, kubectl }));
    const { ended, output } = run("cli/up/down.ts", programs, [], {
      FAKE_STATE: JSON.stringify({ deployment: { resources } }),
      FAKE_UP: `while ! test -e "\${0%/*}/patched"; do sleep 0.1; done`,
    });
    assert.equal(await ended, 0, output());
    assert.match(
      output(),
      /^KEDA's operator is not running, and no Job is left: removed its finalizer from the ScaledJob b\/claps$/m,
    );
  });

  for (const [status, command] of [
    ["Stopped", "minikube start --profile=minikube"],
    ["Paused", "minikube unpause --profile=minikube"],
    ["", "pulumi stack rm --force --stack dev"],
  ] as const) {
    test(`says how to continue if the cluster does not answer: ${command}`, async () => {
      const programs = await createPrograms({ ...ALL, minikube: minikube("docker", "docker", { status }) });
      const { ended, output } = run("cli/up/down.ts", programs);
      assert.equal(await ended, 1);
      assert.match(output(), /^cannot reach the cluster of the context minikube/m);
      assert.ok(output().includes(command), output());
      assert.ok(!(await programs.calls()).some((call) => /^pulumi destroy|^minikube (start|unpause)/.test(call)));
    });
  }

  test("destroys nothing if there is no cluster", async () => {
    const programs = await createPrograms(ALL);
    assert.equal(await run("cli/up/down.ts", programs).ended, 1);
    assert.ok(!(await programs.calls()).some((call) => call.startsWith("pulumi destroy")));
  });
});
