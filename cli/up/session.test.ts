import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "../../tests/support/createFolder.ts";
import { ALL, deployedTo, interruptedOn, outcome, override, ROOT, refuses } from "../../tests/support/upPrograms.ts";
import { runProgram } from "../runProgram.ts";

const LAUNCH = join(ROOT, "cli/launch.mjs");
const MOVED = /^kubernetesContext must stay "elsewhere" while .*; got "minikube"\. Set it back/m;
// kubectl would take it for the current context.
const NO_CONTEXT = /^kubernetesContext must be the name of a context .*; got ""$/m;
const NO_FILE = /^--config-file must be an existing file \(.*; a relative path begins at .*\); got "other\.yaml"$/m;
const CHANGES = /^pulumi (up|destroy)|^minikube start/;

for (const script of ["up", "down"] as const) {
  describe(`an already deployed stack, in npm run ${script}`, { timeout: 180_000 }, () => {
    for (const [what, situation, says] of [
      ["on another context's cluster", { clusterAnswers: false, env: deployedTo("elsewhere", "uid-1") }, MOVED],
      ["half deployed there", { clusterAnswers: false, env: interruptedOn("elsewhere", "uid-1") }, MOVED],
      ["without a context", { env: { FAKE_CONTEXT: " " } }, NO_CONTEXT],
      ["with a settings file that does not exist", { args: ["--config-file", "other.yaml"] }, NO_FILE],
      ["without a context on the command line", { args: ["--config", "kubernetesContext="] }, NO_CONTEXT],
      [
        "with an older Pulumi, whether or not that supports requiredPulumiVersion",
        { env: { FAKE_PULUMI_VERSION: "v3.100.0" } },
        /^pulumi must be 3\.255\.0 or newer .*; got 3\.100\.0\. To update it: https/m,
      ],
    ] as const) {
      test(`is refused ${what}, and nothing is changed`, async () => {
        await refuses(script, situation, { says, without: CHANGES });
      });
    }

    test("is refused with a passphrase other than its own, before anything is started", async () => {
      const file = join(createFolder({ "Pulumi.salted.yaml": "encryptionsalt: v1:AAAA\n" }), "Pulumi.salted.yaml");
      const args = ["--stack", "salted", "--config-file", file];
      const env = { PULUMI_CONFIG_PASSPHRASE: "wrong" };
      const says = /^PULUMI_CONFIG_PASSPHRASE must be the passphrase that the stack salted was created with/m;
      const without = /^minikube start|^pulumi (up|destroy|stack select)/;
      await refuses(script, { clusterAnswers: false, args, env }, { says, without });
    });

    test("is refused with the name of a file that cannot be read, as after sudo", async () => {
      // Root may read every file, but no folder as a file.
      const folder = createFolder({ "credentials.json/file": "" });
      const says = /^\S+credentials\.json must be a file that this user may read; got EISDIR: .*\n$/;
      await refuses(script, { env: { PULUMI_HOME: folder } }, { says, without: /./ });
    });

    for (const command of ["stack output", "stack export"]) {
      test(`is refused if pulumi ${command} prints something else with its JSON, as a wrapper does`, async () => {
        const pulumi = override(ALL.pulumi, `"${command}"*`, 'echo "warning: a new version"');
        const situation = { programs: { ...ALL, pulumi }, env: { FAKE_STATE: "{}" } };
        const says = new RegExp(
          `^pulumi ${command}( --json)? must print a JSON object; got "warning: a new version`,
          "m",
        );
        await refuses(script, situation, { code: 1, says, without: CHANGES });
      });
    }

    test("needs a home, which Pulumi needs as well", { skip: process.getuid?.() !== 0 }, async () => {
      const otherUser = ["--reuid=54321", "--regid=54321", "--clear-groups"];
      const args = [...otherUser, process.execPath, LAUNCH, `cli/up/${script}.ts`];
      const { exitCode, stderr } = await runProgram("setpriv", args, { env: { PATH: process.env.PATH } });
      assert.deepEqual([exitCode, /^HOME must be a folder .*; got none$/m.test(stderr)], [64, true], stderr);
    });

    for (const [when, state] of [
      ["", deployedTo],
      [", even if its first pulumi up was interrupted", interruptedOn],
    ] as const) {
      const refreshes = script === "up" ? "" : " only if the cluster was recreated";
      test(`is refreshed from the cluster${refreshes}${when}`, async () => {
        for (const [uid, refreshed] of [
          ["uid-0", true],
          ["uid-1", script === "up"],
        ] as const) {
          const { called } = await outcome(script, { env: state("minikube", uid) });
          const calls = called(/^pulumi (up|destroy)/);
          assert.deepEqual([calls.length, calls[0]?.includes(" --refresh ")], [1, refreshed]);
        }
      });
    }
  });
}
