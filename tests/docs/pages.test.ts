import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pulumiEnv } from "../../cli/up/pulumiEnv.ts";
import { readMigrationFiles } from "../../worker/src/migrationFiles.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...globSync("{docs,examples}/**/*.md", { cwd: ROOT })];
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

function readPage(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** The files of this project that a page links to, with the heading where it names one. */
function readLinks(page: string): { file: string; anchor: string | undefined }[] {
  return [...readPage(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, path = "", anchor]) => ({
    file: path === "" ? page : normalize(join(dirname(page), path)),
    anchor,
  }));
}

/** A heading as GitHub names it in links. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .trim()
    .replaceAll(" ", "-");
}

describe("the pages", () => {
  for (const page of PAGES) {
    test(`${page} links to files and headings that exist`, () => {
      for (const { file, anchor } of readLinks(page)) {
        assert.ok(existsSync(join(ROOT, file)), file);
        if (anchor === undefined) continue;
        const anchors = [...readPage(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => toAnchor(heading));
        assert.ok(anchors.includes(anchor), `${file}#${anchor} must be a heading; got ${anchors.join(", ")}`);
      }
    });

    test(`${page} names only commands that exist, and that say so when Node is too old`, () => {
      const known = /^((exec )?node cli\/launch\.mjs |PROOF=1 node --test |biome )/;
      for (const [command, name = ""] of readPage(page).matchAll(/npm run ([a-z][A-Za-z0-9]*)/g))
        assert.match(scripts[name] ?? "", known, `${page}: ${command}`);
    });
  }

  test("can each be reached from README", () => {
    const reached = new Set(["README.md"]);
    for (const page of reached)
      for (const { file } of readLinks(page)) {
        const linked = statSync(join(ROOT, file)).isDirectory() ? globSync(`${file}/**/*.md`, { cwd: ROOT }) : [file];
        for (const each of linked) if (each.endsWith(".md")) reached.add(each);
      }
    const unreached = PAGES.filter((page) => !reached.has(page));
    assert.deepEqual(unreached, []);
  });

  test("have no table wider than 120 characters, except for measured results", () => {
    const wide = PAGES.filter((page) => !page.startsWith("docs/results/")).flatMap((page) =>
      readPage(page)
        .split("\n")
        .filter((line) => line.startsWith("|") && line.length > 120)
        .map((line) => `${page}: ${line.slice(0, 60)}`),
    );
    assert.deepEqual(wide, []);
  });
});

describe("docs/kubernetes.md", () => {
  test("points Pulumi's own commands at the state that npm run up keeps", () => {
    const exports = [...readPage("docs/kubernetes.md").matchAll(/^export PULUMI_BACKEND_URL=(\S+)/gm)];
    const here = "/home/me/postgres-batch";
    const { PULUMI_BACKEND_URL } = pulumiEnv(here, { env: {}, credentials: undefined });
    const urls = exports.map(([, url = ""]) => url.replace("$PWD", here));
    assert.deepEqual(urls, [PULUMI_BACKEND_URL, PULUMI_BACKEND_URL]);
  });
});

describe("docs/your-own-work.md", () => {
  test("names its migration by a number that no migration of this project has", () => {
    const [, number] = /sql\/migrations\/(\d{4})_pages.sql/.exec(readPage("docs/your-own-work.md")) ?? [];
    assert.ok(Number(number) >= 1_000, "the numbers from 1000");
    assert.ok(readMigrationFiles().migrations.every(({ version }) => version < 1_000));
  });
});
