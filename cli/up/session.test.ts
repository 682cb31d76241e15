import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createPrograms, type Programs } from "../../tests/support/programs.ts";
import { ALL, deployedTo, interruptedOn, ROOT, run, started } from "../../tests/support/upPrograms.ts";

for (const script of ["up", "down"] as const) {
  describe(`an already deployed stack, in npm run ${script}`, { timeout: 180_000 }, () => {
    const module = `cli/up/${script}.ts`;
    const word = script === "up" ? "up" : "destroy";
    const ran = async (programs: Programs) =>
      (await programs.calls()).find((call) => call.startsWith(`pulumi ${word}`));

    test("is refused on another context's cluster, and nothing is changed", async () => {
      const programs = await createPrograms(ALL);
      for (const state of [deployedTo, interruptedOn]) {
        const { ended, output } = run(module, programs, [], state("elsewhere", "uid-1"));
        assert.equal(await ended, 64);
        assert.match(output(), /^kubernetesContext must stay "elsewhere" while .*; got "minikube"\. Set it back/m);
      }
      assert.equal(await ran(programs), undefined);
      assert.ok(!(await programs.calls()).some((call) => call.startsWith("minikube start")));
    });

    test("is refused without a context, which kubectl would take for the current one", async () => {
      const programs = await started(await createPrograms(ALL));
      for (const [args, env] of [
        [[], { FAKE_CONTEXT: " " }],
        [["--config", "kubernetesContext="], {}],
      ] as const) {
        const { ended, output } = run(module, programs, [...args], env);
        assert.equal(await ended, 64);
        assert.match(output(), /^kubernetesContext must be the name of a context .*; got ""$/m);
      }
      assert.equal(await ran(programs), undefined);
    });

    test("is refused with a passphrase other than its own, before anything is started", async () => {
      const programs = await createPrograms(ALL);
      const file = join(ROOT, "Pulumi.salted.yaml");
      await writeFile(file, "encryptionsalt: v1:AAAA\n");
      after(() => rm(file, { force: true }));
      const { ended, output } = run(module, programs, ["--stack", "salted"], { PULUMI_CONFIG_PASSPHRASE: "wrong" });
      assert.equal(await ended, 64);
      assert.match(
        output(),
        /^PULUMI_CONFIG_PASSPHRASE must be the passphrase that the stack salted was created with/m,
      );
      assert.equal(await ran(programs), undefined);
      assert.ok(!(await programs.calls()).some((call) => /^minikube start|^pulumi stack select/.test(call)));
    });

    test("needs a sufficiently new Pulumi, whether or not that supports requiredPulumiVersion", async () => {
      const programs = await started(await createPrograms(ALL));
      const { ended, output } = run(module, programs, [], { FAKE_PULUMI_VERSION: "v3.100.0" });
      assert.equal(await ended, 64);
      assert.match(output(), /^pulumi must be 3\.255\.0 or newer .*; got 3\.100\.0\. To update it: https/m);
      assert.equal(await ran(programs), undefined);
    });

    for (const [when, state] of [
      ["", deployedTo],
      [", even if its first pulumi up was interrupted", interruptedOn],
    ] as const) {
      test(`is refreshed from the cluster only if the cluster was recreated${when}`, async () => {
        const recreated = await started(await createPrograms(ALL));
        await run(module, recreated, [], state("minikube", "uid-0")).ended;
        assert.match((await ran(recreated)) ?? "", / --refresh /);
        const same = await started(await createPrograms(ALL));
        await run(module, same, [], state("minikube", "uid-1")).ended;
        assert.doesNotMatch((await ran(same)) ?? " --refresh ", / --refresh /);
      });
    }
  });
}
