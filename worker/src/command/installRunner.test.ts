import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { createFolder } from "../../../tests/support/createFolder.ts";
import { assembleRunner } from "./assembleRunner.ts";
import { installRunner } from "./installRunner.ts";

describe("a copy of the runner", () => {
  const image = createFolder();
  const volume = createFolder();
  const loader = join(volume, "lib/loader");

  before(() => {
    assembleRunner(image);
    for (const [file, text] of [
      ["worker/src/main.ts", 'const started: string = "started"; console.log(started, process.argv[2]);'],
      ["node_modules/pg/index.js", ""],
      ["sql/statements/claim.sql", ""],
      [".cache/v24.0.0-x64-1a2b-1000/compiled", "code"],
    ] as const) {
      mkdirSync(join(image, file, ".."), { recursive: true });
      writeFileSync(join(image, file), text);
    }
    installRunner(image, volume, 4_242);
  });

  test("may be made again, as after a restart of the node", () => {
    const { ino } = statSync(loader);
    installRunner(image, volume, 4_242);
    assert.notEqual(statSync(loader).ino, ino, "only root may write to the loader that is there: it is replaced");
  });

  test("starts with its own loader and libraries", () => {
    const program = [join(volume, "node"), join(volume, "worker/src/main.ts"), "here"];
    const { stdout, stderr } = spawnSync(loader, ["--library-path", join(volume, "lib"), ...program], {
      encoding: "utf8",
    });
    assert.equal(stdout, "started here\n", stderr);
  });

  test("has a loader that nobody can read, so that the command cannot read the runner's memory", () => {
    assert.equal(statSync(loader).mode & 0o777, 0o111);
  });

  test("has everything that the image has, and what Node has compiled under the id of the pod's user", () => {
    const names = (folder: string) => readdirSync(folder).sort();
    assert.deepEqual(names(volume), names(image));
    const libraries = names(join(image, "lib")).filter((name) => name !== "loader-readable");
    assert.deepEqual(names(join(volume, "lib")), libraries);
    assert.equal(readFileSync(join(volume, ".cache/v24.0.0-x64-1a2b-4242/compiled"), "utf8"), "code");
  });
});
