import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { collectOutput } from "./collectOutput.ts";
import { createPrograms, type Programs } from "./programs.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

const OUTPUTS = JSON.stringify({
  psql: "kubectl exec -it -n b my-release-postgresql-0 -- sh -c 'PGPASSWORD=x psql -U postgres'",
  namespaces: { batches: "b", keda: "k" },
  kinds: ["clap"],
});

/** A pulumi that prints where docker would build and where the state is. */
const PULUMI = `case "$*" in
  version) echo "\${FAKE_PULUMI_VERSION:-v3.259.0}";;
  "config --json"*) echo "$FAKE_SETTINGS";;
  "config get image"*) echo "$FAKE_IMAGE";;
  "config get"*) echo "\${FAKE_CONTEXT:-minikube}";;
  "stack output"*) echo "$FAKE_OUTPUTS";;
  "stack export"*) eval "$FAKE_EXPORT"; echo "$FAKE_STATE";;
  "refresh --preview-only"*) test "$PULUMI_CONFIG_PASSPHRASE" != wrong || echo "error: incorrect passphrase";;
  up*|destroy*) echo "builds in <$DOCKER_HOST>, state in <$PULUMI_BACKEND_URL>, passphrase <$PULUMI_CONFIG_PASSPHRASE>"
    eval "$FAKE_UP";;
esac`;

/** A docker whose daemon answers unless FAKE_DAEMON is no, and has the image FAKE_IMAGES. */
const DOCKER = `case "$*" in
  version*) test "$FAKE_DAEMON" != no || { echo "Is the docker daemon running?" >&2; exit 1; };;
  "context inspect"*) echo "$FAKE_DOCKER_CONTEXT";;
  "image inspect"*) test "$3" = "$FAKE_IMAGES";;
esac`;

/** A kubectl whose cluster answers once the file `started` exists. */
export const KUBECTL = `case "$*" in
  *readyz) test -e "\${0%/*}/started";;
  *" version "*) echo '{"clientVersion":{"gitVersion":"v1.20.0"},"serverVersion":{"gitVersion":"'"\${FAKE_KUBERNETES:-v1.34.4}"'"}}';;
  *"get namespace kube-system"*) echo "uid-1";;
  "config current-context") echo minikube;;
esac`;

/** A minikube whose cluster has this status before it is started; empty: there is none yet. */
export function minikube(driver: string, runtime: string, { status = "", nodes = 1 } = {}): string {
  const profile = (Status: string) => ({
    Name: "minikube",
    Status,
    Config: {
      Driver: driver,
      KubernetesConfig: { ContainerRuntime: runtime },
      Nodes: Array.from({ length: nodes }, (_, index) => ({ Name: index === 0 ? "" : `m0${index + 1}` })),
    },
  });
  const list = (...valid: object[]) => JSON.stringify({ valid });
  return `case "$*" in
  "version --short") echo "\${FAKE_MINIKUBE_VERSION:-v1.38.1}";;
  "profile list"*) if test -e "\${0%/*}/started"; then echo '${list(profile("OK"))}'; else echo '${list(...(status === "" ? [] : [profile(status)]))}'; fi;;
  start*|unpause*) true > "\${0%/*}/started";;
  docker-env*) echo '{"DOCKER_HOST":"tcp://node:2376"}';;
esac`;
}

/** A program that in calls like these (`"list "*`) does something else first, or instead if that exits. */
export const override = (program: string, calls: string, does: string) =>
  `case "$*" in ${calls}) ${does};; esac\n${program}`;

export interface Run {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<number | null>;
}

/** Runs a command with only these programs on its PATH. */
export function run(
  module: string,
  programs: Programs,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
  root = ROOT,
): Run {
  // Without the settings of the machine that runs the tests.
  const { NODE_COMPILE_CACHE } = process.env;
  const variables = { NODE_COMPILE_CACHE, PATH: programs.folder, HOME: programs.folder, FAKE_OUTPUTS: OUTPUTS, ...env };
  const child = spawn(process.execPath, [join(root, "cli/launch.mjs"), module, ...args], {
    env: variables,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, output: collectOutput(child), ended: new Promise((resolve) => child.once("close", resolve)) };
}

/** Every program that npm run up and npm run down call. */
export const ALL = { docker: DOCKER, kubectl: KUBECTL, pulumi: PULUMI, minikube: minikube("docker", "docker") };

/** Makes the cluster answer. */
export async function started(programs: Programs): Promise<Programs> {
  await writeFile(join(programs.folder, "started"), "");
  return programs;
}

interface Situation {
  /** Instead of all that npm run up and npm run down call. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly clusterAnswers?: boolean;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Instead of this checkout. */
  readonly root?: string;
}

/** How `npm run up` or `npm run down` ends in a situation, and what it called. */
export async function outcome(script: "up" | "down", situation: Situation = {}) {
  const { programs = ALL, clusterAnswers = true, args = [], env = {}, root } = situation;
  const created = await createPrograms(programs);
  if (clusterAnswers) await started(created);
  const { ended, output } = run(`cli/up/${script}.ts`, created, [...args], env, root);
  const code = await ended;
  const calls = await created.calls();
  return { code, output: output(), called: (pattern: RegExp) => calls.filter((call) => pattern.test(call)) };
}

/** What it printed and called where it ends well. */
export async function succeeds(script: "up" | "down", situation: Situation = {}) {
  const { code, output, called } = await outcome(script, situation);
  assert.equal(code, 0, output);
  return { output, called };
}

/** Asserts that it ends with this exit code and message, and calls nothing that matches `without`; returns what it printed. */
export async function refuses(
  script: "up" | "down",
  situation: Situation,
  { code = 64, says, without }: { readonly code?: number; readonly says: RegExp; readonly without: RegExp },
): Promise<string> {
  const { code: exitCode, output, called } = await outcome(script, situation);
  assert.equal(exitCode, code, output);
  assert.match(output, says);
  assert.deepEqual(called(without), []);
  return output;
}

/** The outputs of a stack that is deployed to a cluster. */
export function deployedTo(context: string, uid: string): NodeJS.ProcessEnv {
  return { FAKE_OUTPUTS: JSON.stringify({ ...JSON.parse(OUTPUTS), cluster: { context, uid } }) };
}

/** The state of a stack whose first `pulumi up` on this cluster was interrupted: there are no outputs. */
export function interruptedOn(context: string, uid: string): NodeJS.ProcessEnv {
  const resources = [
    { type: "pulumi:providers:kubernetes", inputs: { context } },
    {
      type: "kubernetes:core/v1:Namespace",
      external: true,
      outputs: { metadata: { name: "kube-system", uid } },
    },
    { type: "kubernetes:core/v1:Namespace", inputs: { metadata: { name: "keda" } } },
  ];
  return { FAKE_OUTPUTS: "{}", FAKE_STATE: JSON.stringify({ deployment: { resources } }) };
}
