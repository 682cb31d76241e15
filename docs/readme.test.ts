import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { declaredConfig } from "../components/testing/declaredConfig.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The cells of every line of a table. */
const rows = readme
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );

describe("README", () => {
  test("has every key of the stack's settings with its default and what it is, and no other", () => {
    const from = rows.findIndex(([first]) => first === "key");
    const declared = Object.entries(declaredConfig());
    assert.deepEqual(
      rows.slice(from + 2, from + 2 + declared.length),
      declared.map(([key, { byDefault, description }]) => [`\`${key}\``, `\`${byDefault}\``, description]),
    );
    const after = rows[from + 2 + declared.length];
    assert.ok(after === undefined || !(after[0] ?? "").startsWith("`") || after.length !== 3, String(after));
  });

  test("names only scripts that are there", () => {
    const { scripts } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    const named = [...readme.matchAll(/npm run ([a-z0-9]+)/g)].map(([, name]) => name ?? "");
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });
});

describe("docs", () => {
  test("lead to files that are there", () => {
    const pages = readdirSync(new URL(".", import.meta.url)).filter((file) => file.endsWith(".md"));
    for (const page of ["../README.md", ...pages]) {
      const text = readFileSync(new URL(page, import.meta.url), "utf8");
      for (const [, link = ""] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        assert.ok(existsSync(new URL(link, new URL(page, import.meta.url))), `${page}: ${link}`);
      }
    }
  });
});
