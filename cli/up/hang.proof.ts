import { test } from "node:test";
import { ALL, override, refuses } from "../../tests/support/upPrograms.ts";

const CHANGES = /^pulumi (up|destroy)|^minikube start/;

for (const [script, program, command] of [
  ["up", "minikube", "profile list"],
  ["up", "minikube", "docker-env"],
  ["down", "pulumi", "stack export"],
] as const) {
  test(`npm run ${script} names a ${program} that hangs in ${command}, and changes nothing`, {
    timeout: 300_000,
  }, async () => {
    const programs = { ...ALL, [program]: override(ALL[program], `"${command}"*`, "exec sleep 600") };
    const says = new RegExp(`${program} did not end within 120 s$`, "m");
    await refuses(script, { programs }, { code: 1, says, without: CHANGES });
  });
}
