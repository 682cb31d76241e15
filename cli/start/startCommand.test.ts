import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { startCommand } from "./startCommand.ts";

const CHECKOUT = resolve(import.meta.dirname, "../..");

test("a printed npm start can be pasted in the folder in which npm was called, also outside the checkout", () => {
  for (const inside of ["", "/cli", "/..db"]) assert.equal(startCommand(`${CHECKOUT}${inside}`), "npm start --");
  for (const outside of ["/..", "-2", "/../x"]) {
    const command = startCommand(resolve(`${CHECKOUT}${outside}`));
    assert.match(command, /^npm --prefix \S.* start --$/);
    assert.ok(command.includes(CHECKOUT));
  }
});
