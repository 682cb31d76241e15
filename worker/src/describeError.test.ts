import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, test } from "node:test";
import { describeError, MAX_DESCRIPTION } from "./describeError.ts";

const throws = () => {
  throw new Error("not to be asked");
};

function withCause(message: string, cause: unknown): Error {
  return new Error(message, { cause });
}

function endlessCauses(): Error {
  let error = new Error("cause 0");
  for (let depth = 1; depth < 10_000; depth++) error = withCause(`cause ${depth}`, error);
  return error;
}

function circular(): Error {
  const error = new Error("first");
  error.cause = withCause("second", error);
  return error;
}

const TABLE: readonly (readonly [what: string, thrown: unknown, ...shows: RegExp[]])[] = [
  ["an error", new TypeError("no luck"), /^TypeError: no luck\n {4}at .*describeError\.test\.ts/],
  [
    "a class that sets its name after its stack was captured",
    new (class extends Error {
      override readonly name = "OddError";
    })("no luck"),
    /^OddError: no luck\n {4}at /,
  ],
  ["an empty error", new Error(), /^Error: \n {4}at /],
  [
    "causes",
    withCause("top", withCause("middle", "text at the end")),
    /^Error: top\n {4}at [\s\S]*\ncaused by Error: middle\n {4}at [\s\S]*\ncaused by 'text at the end'$/,
  ],
  [
    "a list of errors",
    new AggregateError([new Error("one"), "two", null], "all failed"),
    /^AggregateError: all failed\n[\s\S]*\nwith Error: one\n[\s\S]*\nwith 'two'\nwith null$/,
  ],
  [
    "what a failed disposal has suppressed",
    // Without Node.js 24's class: its message is "An error was suppressed during disposal".
    Object.assign(new Error("disposal"), { error: new Error("not closed"), suppressed: new Error("no luck") }),
    /^Error: disposal\n[\s\S]*\nsuppressed Error: no luck\n[\s\S]*\nby Error: not closed\n {4}at /,
  ],
  [
    "no property that only has the name",
    Object.assign(new Error("warning"), { suppressed: false }),
    /^Error: warning\n( {4}at .*\n?)+$/,
  ],
  [
    "a code that the message lacks",
    Object.assign(new Error("refused"), { code: "28P01" }),
    /^Error: refused\n {4}code: 28P01\n {4}at /,
  ],
  ["circular causes", circular(), /first[\s\S]*caused by Error: second[\s\S]*caused by an error shown above$/],
  ["an endless chain of causes", endlessCauses(), /^Error: cause 9999\n[\s\S]*caused by Error: cause 9995\n/],
  [
    "endlessly nested lists",
    (() => {
      const error = new AggregateError([], "again");
      error.errors = Array(1_000).fill(error);
      return error;
    })(),
    /^AggregateError: again/,
  ],
  ["null", null, /^threw null$/],
  ["undefined", undefined, /^threw undefined$/],
  ["text", "no luck", /^threw 'no luck'$/],
  ["a symbol", Symbol("odd"), /^threw Symbol\(odd\)$/],
  ["a bigint in a frozen object", Object.freeze({ code: 7n }), /^threw \{ code: 7n \}$/],
  ["a frozen error", Object.freeze(new Error("frozen")), /^Error: frozen\n/],
  ["an object without a prototype", Object.create(null), /^threw \[Object: null prototype\] \{\}$/],
  ["an error whose name is a Symbol", Object.assign(new Error("odd"), { name: Symbol("odd") }), /^Symbol\(odd\): odd/],
  ["an error whose message is an object", Object.assign(new Error(), { message: { a: 1 } }), /^Error: \{ a: 1 \}/],
  ["an error whose stack is none", Object.assign(new Error("bare"), { stack: 7 }), /^Error: bare$/],
  [
    "an error all of whose getters throw",
    Object.defineProperties(
      new Error(),
      Object.fromEntries(
        ["name", "message", "stack", "cause", "errors", "suppressed", "code"].map((key) => [key, { get: throws }]),
      ),
    ),
    /^Error: $/,
  ],
  [
    "an object whose inspection throws",
    { [Symbol.for("nodejs.util.inspect.custom")]: throws, toString: throws, toJSON: throws },
    /^threw \{/,
  ],
  [
    "a Proxy whose traps throw",
    new Proxy(new Error("hidden"), { get: throws, getPrototypeOf: throws, ownKeys: throws, has: throws }),
    /^threw /,
  ],
  [
    "a revoked Proxy",
    (() => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    })(),
    /^threw /,
  ],
  ["NUL and half of a surrogate pair", new Error("a\0b\ud800c"), /^Error: a\uFFFDb\uFFFDc\n/],
  [
    "10 MB of message, and still its cause",
    withCause("x".repeat(10_000_000), new Error("the reason")),
    /^Error: x{3960}\.\.\. \(9996040 more characters\)\n {4}at /,
    /\ncaused by Error: the reason\n/,
  ],
  ["10 MB of text", "y".repeat(10_000_000), /^threw 'y{1000}/, /more characters/],
  ["10 MB of name", Object.assign(new Error("m"), { name: "n".repeat(10_000_000) }), /^n{160}\.\.\./, /: m\n/],
  ["a million fields", { list: Array.from({ length: 1_000_000 }, (_, item) => item) }, /more items/],
  ["a message cut within a surrogate pair", "😀".repeat(20_000), /^threw '😀/],
];

describe("the text of what was thrown", () => {
  for (const [what, thrown, ...shows] of TABLE) {
    test(`shows ${what}, bounded and storable`, () => {
      const text = describeError(thrown);
      for (const pattern of shows) assert.match(text, pattern);
      assert.ok(text.length <= MAX_DESCRIPTION, `${text.length} characters`);
      assert.ok(text.isWellFormed() && !text.includes("\0"));
    });
  }

  test("shows why fetch failed", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await fetch(`http://127.0.0.1:${port}/`).catch((thrown: unknown) => thrown);
    assert.match(describeError(error), /^TypeError: fetch failed\n[\s\S]*caused by Error: connect ECONNREFUSED 127/);
  });

  test("shows each address that a connection was refused at", async () => {
    const error = await new Promise<Error & { readonly errors?: readonly Error[] }>((resolve) =>
      connect({ host: "localhost", port: 1 }).once("error", resolve),
    );
    for (const { message } of error.errors ?? [error]) {
      assert.match(message, /ECONNREFUSED (127\.0\.0\.1|::1):1/);
      assert.ok(describeError(error).includes(message), describeError(error));
    }
  });
});
