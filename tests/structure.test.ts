import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, matchesGlob, normalize } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const FILES = globSync("**/*.{ts,mjs,js,sql}", {
  cwd: ROOT,
  exclude: (name) => ["node_modules", "dist", ".git", ".pulumi"].includes(basename(name)),
});
const SOURCES = FILES.filter((file) => !file.endsWith(".sql"));

/** Longer by nature: a dump that `npm run schema` writes. */
const LONGER = ["sql/schema.sql"];

/** Names that say nothing of what is inside. */
const VAGUE = /^(utils?|helpers?|common|misc|lib|shared|types|constants)\.ts$/;

/** `main.ts` is a command, `options.ts` its options, `index.ts` a Pulumi program. */
const ONE_FOR_EACH_PROGRAM = ["main.ts", "options.ts", "index.ts"];

/**
 * The folder that a file counts to: `worker`, `components`, `simulator`, `cli`, `examples`, each folder of tests (`worker/tests`,
 * `tests/support`, `tests/crash`, ...), `tests` for its own files, or `index` for files of the root.
 */
function toFolder(file: string): string {
  const [first = "", second = "", third] = file.split("/");
  if (second === "") return "index";
  if (first === "tests") return third === undefined ? "tests" : `tests/${second}`;
  return first === "worker" && second === "tests" ? "worker/tests" : first;
}

/** `x.test.ts`, and `x.proof.ts` that `npm run proof` runs. */
function isTest(file: string): boolean {
  return /\.(test|proof)\.ts$/.test(file);
}

/** The files of this project that a file imports. */
function readImports(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path = ""]) =>
    normalize(join(dirname(file), path)),
  );
}

/** Which folder imports which, with a file that does; a test may import `tests/support`, which is left out. */
function readGraph(): Map<string, Map<string, string>> {
  const graph = new Map<string, Map<string, string>>();
  for (const file of SOURCES)
    for (const imported of readImports(file)) {
      const [from, to] = [toFolder(file), toFolder(imported)];
      if (from === to || (isTest(file) && to === "tests/support")) continue;
      graph.set(from, (graph.get(from) ?? new Map()).set(to, `${file} imports ${imported}`));
    }
  return graph;
}

/** The imports along a way from a folder back to itself; undefined: there is none. */
function findCycle(graph: ReadonlyMap<string, ReadonlyMap<string, string>>): string[] | undefined {
  const done = new Set<string>();
  function visit(folder: string, path: readonly string[], imports: readonly string[]): string[] | undefined {
    if (path.includes(folder)) return imports.slice(path.indexOf(folder));
    if (done.has(folder)) return undefined;
    for (const [to, example] of graph.get(folder) ?? []) {
      const cycle = visit(to, [...path, folder], [...imports, example]);
      if (cycle) return cycle;
    }
    done.add(folder);
    return undefined;
  }
  for (const folder of graph.keys()) {
    const cycle = visit(folder, [], []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** What product and tools may import besides themselves; their tests also `tests/support` and ALLOWED_IN_TESTS. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  worker: [],
  components: ["worker"],
  index: ["components"],
  simulator: ["worker"],
  cli: ["worker", "simulator"],
  "tests/support": ["worker", "components", "simulator", "cli"],
};

/** The commands' next steps are tested with the components' own names. */
const ALLOWED_IN_TESTS: Readonly<Record<string, readonly string[]>> = { cli: ["components"] };

describe("folders", () => {
  test("import each other one way: there is no cycle", () => {
    assert.deepEqual(findCycle(readGraph()), undefined);
  });

  test("a cycle would be found", () => {
    const graph = new Map(
      Object.entries({ a: { b: "a/x imports b/x" }, b: { c: "b/x imports c/x" }, c: { b: "c/x imports b/x" } }).map(
        ([folder, edges]) => [folder, new Map(Object.entries(edges))],
      ),
    );
    assert.deepEqual(findCycle(graph), ["b/x imports c/x", "c/x imports b/x"]);
    graph.delete("c");
    assert.equal(findCycle(graph), undefined);
  });

  for (const [folder, allowed] of Object.entries(ALLOWED)) {
    test(`${folder} imports ${allowed.join(", ") || "nothing else"}`, () => {
      const refused = SOURCES.filter((file) => toFolder(file) === folder).flatMap((file) => {
        const ofTests = isTest(file) ? ["tests/support", ...(ALLOWED_IN_TESTS[folder] ?? [])] : [];
        const may = [folder, ...allowed, ...ofTests];
        return readImports(file)
          .filter((imported) => !may.includes(toFolder(imported)))
          .map((imported) => `${file} imports ${imported}`);
      });
      assert.deepEqual(refused, []);
    });
  }

  test("sql holds SQL only", () => {
    assert.deepEqual(
      globSync("sql/**/*.*", { cwd: ROOT }).filter((file) => !file.endsWith(".sql")),
      [],
    );
  });
});

describe("files", () => {
  test("have at most 250 lines", () => {
    const lines = (file: string) => readFileSync(join(ROOT, file), "utf8").trimEnd().split("\n").length;
    assert.deepEqual(
      FILES.filter((file) => !LONGER.includes(file) && lines(file) > 250),
      [],
    );
  });

  test("have names that a search finds: none is vague, and none occurs more than three times", () => {
    const names = SOURCES.filter((file) => !isTest(file)).map((file) => basename(file));
    const repeated = [...new Set(names)].filter(
      (name) => !ONE_FOR_EACH_PROGRAM.includes(name) && names.filter((other) => other === name).length > 3,
    );
    assert.deepEqual([repeated, names.filter((name) => VAGUE.test(name))], [[], []]);
  });
});

test("users need no newer Node.js than 22.18, which runs their images, and npm start on macOS", () => {
  const newer = /\b(?:await )?using \w+ = |import\.meta\.main\b/;
  const folders = ["worker", "components", "simulator", "cli", "index"];
  const used = SOURCES.filter((file) => folders.includes(toFolder(file)) && !isTest(file));
  assert.deepEqual(
    used.filter((file) => newer.test(readFileSync(join(ROOT, file), "utf8"))),
    [],
  );
});

test("a file beside another one is found in a checkout at any path: a URL's pathname has %20 for a space", () => {
  const wrong = /import\.meta\.url\)\.pathname/;
  assert.deepEqual(
    SOURCES.filter((file) => wrong.test(readFileSync(join(ROOT, file), "utf8"))),
    [],
  );
});

test("npm run proof runs every test that npm test runs a sample of", () => {
  const { proof } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts;
  const patterns: string[] = proof.replaceAll('"', "").split(" ");
  const sampled = SOURCES.filter((file) => isTest(file) && readImports(file).includes("tests/support/sample.ts"));
  assert.deepEqual(
    sampled.filter((file) => !patterns.some((pattern) => matchesGlob(file, pattern))),
    ["tests/support/sample.test.ts"],
  );
});
