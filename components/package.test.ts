import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { codeBlocks } from "../tests/support/codeBlocks.ts";
import { createFolder } from "../tests/support/createFolder.ts";
import { installPackage } from "../tests/support/installPackage.ts";
import { mockEngine, sentResources } from "../tests/support/pulumi/recordResources.ts";
import { SCALED_JOB_CRD, validateScaledJob } from "../tests/support/pulumi/validateScaledJob.ts";
import { EXHAUSTIVE, sample } from "../tests/support/sample.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const folder = createFolder();
const checkout = await installPackage(folder);
const installed = join(folder, "node_modules/postgres-batch");

/** A program without an engine; it prints the types of its resources. */
const MOCKED = `
import * as pulumi from "@pulumi/pulumi";
const newResource = ({ type, name, inputs }) => {
  console.log(type);
  return { id: name, state: inputs };
};
await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs }, "short", "test");
PROGRAM
await pulumi.runtime.disconnect();
`;

/** The program of docs/production.md. */
const page = await readFile(join(root, "docs/production.md"), "utf8");
const [short = ""] = codeBlocks(page, "ts");
const library = `import { Postgres, WorkerImage } from "postgres-batch";
export const { address, admin } = new Postgres("postgres", {});
export const { image } = new WorkerImage("image", {});
`;
const wrong = `import { Keda } from "postgres-batch";
new Keda("keda", { existing: { name: "keda" } });
`;

describe("the npm package", () => {
  test("leaves the packed checkout unchanged", async () => {
    const manifest = (where: string) => readFile(join(where, "package.json"), "utf8");
    assert.equal(await manifest(checkout), await manifest(root));
    assert.ok(!(await readdir(checkout)).includes("dist"));
  });

  // A second pack, which takes as long as all other tests of the package.
  if (EXHAUSTIVE)
    test("says how to restore the checkout where npm pack fails, after which npm runs no script", async () => {
      const manifest = () => readFile(join(checkout, "package.json"), "utf8");
      const pack = ["pack", "--pack-destination", join(folder, "missing")];
      const { status, stderr } = spawnSync("npm", pack, { cwd: checkout, encoding: "utf8" });
      assert.notEqual(status, 0);
      assert.notEqual(await manifest(), await readFile(join(root, "package.json"), "utf8"));
      const [, command = ""] = /restore it: (.*)$/m.exec(stderr) ?? [];
      execFileSync("sh", ["-c", command], { cwd: checkout });
      assert.equal(await manifest(), await readFile(join(root, "package.json"), "utf8"));
    });

  test("contains the compiled components with types, the SQL and the worker, but no tests and no CLI", async () => {
    const files = (await readdir(installed, { recursive: true })).sort();
    const compiled = ["dist/components/package.js", "dist/components/package.d.ts"];
    for (const file of [...compiled, "sql/roles.sql", "worker/Dockerfile", "worker/package-lock.json"])
      assert.ok(files.includes(file), file);
    const others = files.filter((file) => /\.test\.|^cli|^tests|^examples|checkout|\.ts\.map/.test(file));
    assert.deepEqual(others, []);
  });

  test("depends only on Pulumi's packages, at the tested versions or newer", async () => {
    const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const names = ["@pulumi/docker", "@pulumi/kubernetes", "@pulumi/pulumi", "@pulumi/random"];
    assert.deepEqual(manifest.dependencies, Object.fromEntries(names.map((name) => [name, `^${dependencies[name]}`])));
    for (const key of ["scripts", "optionalDependencies", "devDependencies", "private"])
      assert.ok(!(key in manifest), key);
  });

  /** What the compiler says about programs in the package's folder: it writes the declarations of those without mistakes. */
  function compile(files: readonly string[], ...flags: string[]): string {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const strict = ["--strict", "--target", "es2024", "--types", "node", "--skipLibCheck", "--ignoreConfig"];
    const output = ["--declaration", "--emitDeclarationOnly", "--outDir", "declared"];
    const args = [tsc, ...strict, ...output, ...flags, ...files];
    return spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).stdout;
  }

  const systems = [
    ["ES modules", "mts", ["--module", "nodenext"]],
    ["a bundler", "ts", ["--module", "esnext", "--moduleResolution", "bundler"]],
    ["CommonJS", "cts", ["--module", "commonjs", "--moduleResolution", "node10", "--ignoreDeprecations", "6.0"]],
    ["CommonJS as Node.js resolves it now", "cts", ["--module", "nodenext"]],
    ["CommonJS as Node.js 16 resolves it", "cts", ["--module", "node16"]],
  ] as const;
  for (const [system, ending, flags] of sample(systems, 1)) {
    test(`has types for ${system}: of the example, the shortest program, a library's exports, and against wrong arguments`, async () => {
      const programs = { example: await readFile(join(folder, "index.ts"), "utf8"), short, library, wrong };
      const files = Object.keys(programs).map((name) => `${name}.${ending}`);
      for (const [index, program] of Object.values(programs).entries())
        await writeFile(join(folder, files[index] as string), program);
      const [said = "", ...others] = compile(files, ...flags).split(/^(?=\S)/m);
      assert.match(said, /^wrong\..*'name' does not exist in type 'ExistingKedaArgs'/);
      assert.deepEqual(others, []);
      const declared = await readFile(join(folder, `declared/library.d.${ending}`), "utf8");
      // TypeScript adds the resolution mode where CommonJS imports an ES module.
      assert.match(declared, /admin: import\("postgres-batch"(, \{ with: [^)]*)?\)\.RoleCredentials/);
      assert.doesNotMatch(declared, /postgres-batch\//);
    });
  }

  test("makes the program in docs/production.md possible: at most 15 lines, and everything in it is created", async () => {
    assert.ok(short.includes("new BatchScaledJob") && short.trimEnd().split("\n").length <= 15);
    await writeFile(join(folder, "mocked.mjs"), MOCKED.replace("PROGRAM", short.replace("export ", "")));
    const types = execFileSync(process.execPath, ["mocked.mjs"], { cwd: folder, encoding: "utf8" });
    for (const type of ["helm.sh/v3:Release", "batch/v1:Job", "keda.sh/v1alpha1:ScaledJob", "docker:index/image:Image"])
      assert.ok(types.includes(type), types);
  });

  test("has the same names for CommonJS", async () => {
    const names = async (file: string) => {
      const declarations = await readFile(join(installed, "dist/components", file), "utf8");
      return [...new Set(declarations.replace(/\/\*.*?\*\//gs, "").match(/\b[A-Z]\w+(?=[:, =])/g))];
    };
    const [forModules, forCommonJs] = [await names("package.d.ts"), await names("package.d.cts")];
    assert.ok(forModules.length >= 12, forModules.join());
    assert.deepEqual(forCommonJs.sort(), forModules.sort());
  });
});

describe("the TypeScript example", async () => {
  await mockEngine({ "scaledjobs.keda.sh": SCALED_JOB_CRD });
  const server = { host: "db.example", database: "shop", user: "owner", password: "geheim" };
  const settings = { ...server, ca: "-----BEGIN CERTIFICATE-----", image: "worker:1", runner: "runner:1" };
  const config = Object.entries(settings).map(([key, value]) => [`postgres-batch:${key}`, value]);
  pulumi.runtime.setAllConfig(Object.fromEntries(config));
  await import(pathToFileURL(join(folder, "index.ts")).href);
  await pulumi.runtime.disconnect();

  test("creates a command's batch for a table, with an existing KEDA and PostgreSQL", () => {
    const sent = sentResources();
    const scaledJob = sent.get("kubernetes:keda.sh/v1alpha1:ScaledJob pages");
    assert.deepEqual(validateScaledJob(scaledJob), []);
    const migration = JSON.stringify(sent.get("kubernetes:batch/v1:Job schema"));
    assert.ok(migration.includes(JSON.stringify(JSON.stringify([{ kind: "page", table: "pages" }]))), migration);
    assert.ok(!JSON.stringify([...sent.values()]).includes("geheim"));
  });
});
