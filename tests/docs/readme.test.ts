import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { pulumiEnv } from "../../cli/up/pulumiEnv.ts";
import { readMigrationFiles } from "../../worker/src/migrationFiles.ts";
import { readSettings } from "../../worker/src/settings.ts";
import { declaredConfig } from "../support/pulumi/declaredConfig.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const ownWork = readFileSync(new URL("../../docs/your-own-work.md", import.meta.url), "utf8");

/** The cells of every row of a page's tables. */
function rowsOf(page: string): string[][] {
  const lines = page.split("\n").filter((line) => line.startsWith("|"));
  return lines.map((line) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
}

describe("README", () => {
  test("has every key of the stack's settings with its default and what it is, and no other", () => {
    const rows = rowsOf(readme);
    const from = rows.findIndex(([first]) => first === "key");
    const declared = Object.entries(declaredConfig());
    assert.deepEqual(
      rows.slice(from + 2, from + 2 + declared.length),
      declared.map(([key, { byDefault, description }]) => [`\`${key}\``, `\`${byDefault}\``, description]),
    );
    const after = rows[from + 2 + declared.length];
    assert.ok(after === undefined || !(after[0] ?? "").startsWith("`") || after.length !== 3, String(after));
  });

  test("leads Pulumi's own commands to the state that npm run up keeps, where its selected stack is", () => {
    const exports = [...readme.matchAll(/^export PULUMI_BACKEND_URL=(\S+)/gm)].map(([, url = ""]) => url);
    const here = "/home/me/postgres-batch";
    const { PULUMI_BACKEND_URL } = pulumiEnv(here, { env: {}, credentials: undefined });
    assert.deepEqual(
      exports.map((url) => url.replace("$PWD", here)),
      [PULUMI_BACKEND_URL, PULUMI_BACKEND_URL],
    );
  });

  test("names only scripts that are there", () => {
    const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    const named = [...readme.matchAll(/npm run ([a-z0-9]+)/g)].map(([, name]) => name ?? "");
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });
});

describe("your own work", () => {
  test("has every variable of the worker, with its default", () => {
    const documented = new Map(
      rowsOf(ownWork)
        .slice(2)
        .map(([name = "", byDefault = ""]) => [name.replaceAll("`", ""), byDefault]),
    );
    const source = readFileSync(new URL("../../worker/src/settings.ts", import.meta.url), "utf8");
    const read = [...source.matchAll(/(?:text|number)\(\s*"([A-Z_]+)"|env\.([A-Z_]+)/g)].map(
      ([, one, other]) => one ?? other,
    );
    assert.deepEqual([...documented.keys()].sort(), [...new Set(read)].sort());
    const required = Object.fromEntries(
      [...documented].filter(([, its]) => its === "must be given").map(([name]) => [name, "x"]),
    );
    const settings = readSettings(required);
    for (const [name, byDefault] of documented) {
      const [, value] = byDefault.match(/^`(.*)`$/) ?? [];
      if (name in required)
        assert.throws(() => readSettings({ ...required, [name]: "" }), { message: new RegExp(name) });
      if (value !== undefined && !documented.has(value)) {
        assert.deepEqual(readSettings({ ...required, [name]: value }), settings, name);
      }
    }
  });

  test("names its migration by a number that is no one else's", () => {
    const [, number] = /sql\/migrations\/(\d{4})_pages.sql/.exec(ownWork) ?? [];
    assert.ok(Number(number) >= 1_000, "the numbers from 1000");
    assert.ok(readMigrationFiles().migrations.every(({ version }) => version < 1_000));
  });
});

describe("docs", () => {
  const pages = readdirSync(new URL("../../docs", import.meta.url)).filter((file) => file.endsWith(".md"));

  test("name commands that tell an old Node what is missing", () => {
    const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    for (const page of ["../README.md", ...pages]) {
      const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
      for (const [, name = ""] of text.matchAll(/npm run ([a-z0-9]+)/g))
        assert.match(scripts[name], /^node cli\/launch\.mjs /, `${page}: npm run ${name}`);
    }
  });

  test("lead to files that are there", () => {
    for (const page of ["../README.md", ...pages]) {
      const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
      for (const [, link = ""] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        assert.ok(existsSync(new URL(link, new URL(`../../docs/${page}`, import.meta.url))), `${page}: ${link}`);
      }
    }
  });
});
