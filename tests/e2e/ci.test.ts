import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createPrograms } from "../support/programs.ts";

const CI = fileURLToPath(new URL("../../.ci/e2e", import.meta.url));

/** A cluster that answers and contains no stack. */
const KUBECTL = `case "$*" in
  "config current-context") echo minikube;;
  "get namespace"*) exit 1;;
esac`;

const NEEDED = [
  "pulumi",
  "pulumi-language-nodejs",
  ...["kubernetes", "docker", "random"].map((name) => `pulumi-resource-${name}`),
  "docker",
];

/** The output of CI where these programs are installed; `npm run e2e` is replaced. */
async function said(programs: readonly string[]): Promise<string> {
  const { folder } = await createPrograms({
    kubectl: KUBECTL,
    ...Object.fromEntries(programs.map((name) => [name, ""])),
    npm: 'echo "$*"',
  });
  const charts = { E2E_KEDA_CHART: "keda.tgz", E2E_POSTGRESQL_CHART: "postgresql.tgz" };
  const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, ...charts };
  const { stdout, stderr, status } = spawnSync(CI, { env, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

describe(".ci/e2e", { timeout: 60_000 }, () => {
  test("runs the short scenario where there is a cluster and everything that it needs", async () => {
    assert.equal(await said(NEEDED), "run --silent e2e -- short");
  });

  test("says what is missing and ends with 0 where there is not", async () => {
    assert.equal(
      await said(NEEDED.filter((name) => !name.startsWith("pulumi-resource"))),
      "e2e: not run: PATH lacks pulumi-resource-kubernetes pulumi-resource-docker pulumi-resource-random",
    );
  });
});
