import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { installPackage } from "../tests/support/installPackage.ts";
import { mockEngine, sentResources } from "../tests/support/pulumi/recordResources.ts";
import { SCALED_JOB_CRD, validateScaledJob } from "../tests/support/pulumi/validateScaledJob.ts";
import { sample } from "../tests/support/sample.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const folder = await mkdtemp(join(tmpdir(), "consumer-"));
after(() => rm(folder, { recursive: true }));
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

describe("the npm package", () => {
  test("leaves the packed checkout unchanged", async () => {
    const manifest = (where: string) => readFile(join(where, "package.json"), "utf8");
    assert.equal(await manifest(checkout), await manifest(root));
    assert.ok(!(await readdir(checkout)).includes("dist"));
  });

  test("contains the compiled components with types, the SQL and the worker, but no tests and no CLI", async () => {
    const files = (await readdir(installed, { recursive: true })).sort();
    for (const file of [
      "dist/components/package.js",
      "dist/components/package.d.ts",
      "sql/roles.sql",
      "worker/Dockerfile",
      "worker/package-lock.json",
    ])
      assert.ok(files.includes(file), file);
    assert.deepEqual(
      files.filter((file) => /\.test\.|^cli|^tests|^examples|checkout|\.ts\.map/.test(file)),
      [],
    );
  });

  test("depends only on Pulumi's packages, at the tested versions or newer", async () => {
    const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const names = ["@pulumi/docker", "@pulumi/kubernetes", "@pulumi/pulumi", "@pulumi/random"];
    assert.deepEqual(manifest.dependencies, Object.fromEntries(names.map((name) => [name, `^${dependencies[name]}`])));
    for (const key of ["scripts", "optionalDependencies", "devDependencies", "private"])
      assert.ok(!(key in manifest), key);
  });

  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const strict = ["--strict", "--noEmit", "--target", "es2024", "--types", "node", "--skipLibCheck", "--ignoreConfig"];
  const check = (file: string, ...flags: string[]) =>
    execFileSync(process.execPath, [tsc, ...strict, ...flags, file], { cwd: folder, encoding: "utf8", stdio: "pipe" });

  const programs = [
    ["an ES module", ["--module", "nodenext"]],
    ["a bundler", ["--module", "esnext", "--moduleResolution", "bundler"]],
    ["CommonJS", ["--module", "commonjs", "--moduleResolution", "node10", "--ignoreDeprecations", "6.0"]],
    ["CommonJS as Node.js resolves it now", ["--module", "nodenext"]],
    ["CommonJS as Node.js 16 resolves it", ["--module", "node16"]],
  ] as const;
  for (const [program, flags] of sample(programs, 1)) {
    test(`has types for ${program}`, async () => {
      const file = program.startsWith("CommonJS") ? "typed.cts" : "typed.ts";
      await writeFile(join(folder, file), await readFile(join(folder, "index.ts")));
      assert.equal(check(file, ...flags), "");
    });
  }

  test("names in a library's declarations the types of what it exports", async () => {
    const program = `import { Postgres, WorkerImage } from "postgres-batch";
export const { address, admin } = new Postgres("postgres", {});
export const { image } = new WorkerImage("image", {});
`;
    await writeFile(join(folder, "library.mts"), program);
    const flags = ["--module", "nodenext", "--noEmit", "false", "--declaration", "--outDir", "declared"];
    assert.equal(check("library.mts", ...flags), "");
    const declared = await readFile(join(folder, "declared/library.d.mts"), "utf8");
    assert.match(declared, /admin: import\("postgres-batch"\)\.RoleCredentials/);
    assert.doesNotMatch(declared, /postgres-batch\//);
  });

  for (const file of sample(["wrong.ts", "wrong.cts"], 1)) {
    test(`has types that refuse wrong arguments in ${file}`, async () => {
      const program = 'import { Keda } from "postgres-batch";\nnew Keda("keda", { existing: { name: "keda" } });\n';
      await writeFile(join(folder, file), program);
      assert.throws(
        () => check(file, "--module", "node16"),
        ({ stdout }: { readonly stdout: string }) =>
          stdout.includes("'name' does not exist in type 'ExistingKedaArgs'"),
      );
    });
  }

  test("makes the program in docs/production.md possible: at most 15 lines, with types, and everything in it is created", async () => {
    const page = await readFile(join(root, "docs/production.md"), "utf8");
    const [, program = ""] = /^```ts\n(.*?)^```/ms.exec(page) ?? [];
    assert.ok(program.includes("new BatchScaledJob") && program.trimEnd().split("\n").length <= 15);
    await writeFile(join(folder, "short.ts"), program);
    assert.equal(check("short.ts", "--module", "nodenext"), "");
    await writeFile(join(folder, "mocked.mjs"), MOCKED.replace("PROGRAM", program.replace("export ", "")));
    const types = execFileSync(process.execPath, ["mocked.mjs"], { cwd: folder, encoding: "utf8" });
    for (const type of ["helm.sh/v3:Release", "batch/v1:Job", "keda.sh/v1alpha1:ScaledJob", "docker:index/image:Image"])
      assert.ok(types.includes(type), types);
  });

  test("has the same names for CommonJS", async () => {
    const names = async (file: string) => {
      const declarations = (await readFile(join(installed, "dist/components", file), "utf8")).replace(
        /\/\*.*?\*\//gs,
        "",
      );
      return [...new Set(declarations.match(/\b[A-Z]\w+(?=[:, =])/g))];
    };
    const [forModules, forCommonJs] = [await names("package.d.ts"), await names("package.d.cts")];
    assert.ok(forModules.length >= 12, forModules.join());
    assert.deepEqual(forCommonJs.sort(), forModules.sort());
  });
});

describe("the TypeScript example", async () => {
  await mockEngine({ "scaledjobs.keda.sh": SCALED_JOB_CRD });
  const settings = {
    host: "db.example",
    database: "shop",
    user: "owner",
    password: "geheim",
    ca: "-----BEGIN CERTIFICATE-----",
    image: "worker:1",
    runner: "runner:1",
  };
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(settings).map(([key, value]) => [`postgres-batch:${key}`, value])),
  );
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
