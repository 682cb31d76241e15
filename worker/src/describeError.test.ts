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

const TABLE: readonly { readonly what: string; readonly thrown: unknown; readonly shows: readonly RegExp[] }[] = [
  {
    what: "an error",
    thrown: new TypeError("no luck"),
    shows: [/^TypeError: no luck\n {4}at .*describeError\.test\.ts/],
  },
  {
    what: "a class that sets its name after its stack was captured",
    thrown: new (class extends Error {
      override readonly name = "OddError";
    })("no luck"),
    shows: [/^OddError: no luck\n {4}at /],
  },
  { what: "an empty error", thrown: new Error(), shows: [/^Error: \n {4}at /] },
  {
    what: "causes",
    thrown: withCause("top", withCause("middle", "text at the end")),
    shows: [/^Error: top\n {4}at [\s\S]*\ncaused by Error: middle\n {4}at [\s\S]*\ncaused by 'text at the end'$/],
  },
  {
    what: "a list of errors",
    thrown: new AggregateError([new Error("one"), "two", null], "all failed"),
    shows: [/^AggregateError: all failed\n[\s\S]*\nwith Error: one\n[\s\S]*\nwith 'two'\nwith null$/],
  },
  {
    what: "a code that the message lacks",
    thrown: Object.assign(new Error("refused"), { code: "28P01" }),
    shows: [/^Error: refused\n {4}code: 28P01\n {4}at /],
  },
  {
    what: "circular causes",
    thrown: circular(),
    shows: [/first[\s\S]*caused by Error: second[\s\S]*caused by an error shown above$/],
  },
  {
    what: "an endless chain of causes",
    thrown: endlessCauses(),
    shows: [/^Error: cause 9999\n[\s\S]*caused by Error: cause 9995\n/],
  },
  {
    what: "endlessly nested lists",
    thrown: (() => {
      const error = new AggregateError([], "again");
      error.errors = Array(1_000).fill(error);
      return error;
    })(),
    shows: [/^AggregateError: again/],
  },
  { what: "null", thrown: null, shows: [/^threw null$/] },
  { what: "undefined", thrown: undefined, shows: [/^threw undefined$/] },
  { what: "text", thrown: "no luck", shows: [/^threw 'no luck'$/] },
  { what: "a symbol", thrown: Symbol("odd"), shows: [/^threw Symbol\(odd\)$/] },
  { what: "a bigint in a frozen object", thrown: Object.freeze({ code: 7n }), shows: [/^threw \{ code: 7n \}$/] },
  { what: "a frozen error", thrown: Object.freeze(new Error("frozen")), shows: [/^Error: frozen\n/] },
  {
    what: "an object without a prototype",
    thrown: Object.create(null),
    shows: [/^threw \[Object: null prototype\] \{\}$/],
  },
  {
    what: "an error whose name is a Symbol",
    thrown: Object.assign(new Error("odd"), { name: Symbol("odd") }),
    shows: [/^Symbol\(odd\): odd/],
  },
  {
    what: "an error whose message is an object",
    thrown: Object.assign(new Error(), { message: { a: 1 } }),
    shows: [/^Error: \{ a: 1 \}/],
  },
  {
    what: "an error whose stack is none",
    thrown: Object.assign(new Error("bare"), { stack: 7 }),
    shows: [/^Error: bare$/],
  },
  {
    what: "an error all of whose getters throw",
    thrown: Object.defineProperties(
      new Error(),
      Object.fromEntries(["name", "message", "stack", "cause", "errors", "code"].map((key) => [key, { get: throws }])),
    ),
    shows: [/^Error: $/],
  },
  {
    what: "an object whose inspection throws",
    thrown: { [Symbol.for("nodejs.util.inspect.custom")]: throws, toString: throws, toJSON: throws },
    shows: [/^threw \{/],
  },
  {
    what: "a Proxy whose traps throw",
    thrown: new Proxy(new Error("hidden"), { get: throws, getPrototypeOf: throws, ownKeys: throws, has: throws }),
    shows: [/^threw /],
  },
  {
    what: "a revoked Proxy",
    thrown: (() => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    })(),
    shows: [/^threw /],
  },
  { what: "NUL and half of a surrogate pair", thrown: new Error("a\0b\ud800c"), shows: [/^Error: a\uFFFDb\uFFFDc\n/] },
  {
    what: "10 MB of message, and still its cause",
    thrown: withCause("x".repeat(10_000_000), new Error("the reason")),
    shows: [/^Error: x{3960}\.\.\. \(9996040 more characters\)\n {4}at /, /\ncaused by Error: the reason\n/],
  },
  { what: "10 MB of text", thrown: "y".repeat(10_000_000), shows: [/^threw 'y{1000}/, /more characters/] },
  {
    what: "10 MB of name",
    thrown: Object.assign(new Error("m"), { name: "n".repeat(10_000_000) }),
    shows: [/^n{160}\.\.\./, /: m\n/],
  },
  {
    what: "a million fields",
    thrown: { list: Array.from({ length: 1_000_000 }, (_, item) => item) },
    shows: [/more items/],
  },
  { what: "a message cut within a surrogate pair", thrown: "😀".repeat(20_000), shows: [/^threw '😀/] },
];

describe("the text of what was thrown", () => {
  for (const { what, thrown, shows } of TABLE) {
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
    const error = await new Promise((resolve) => connect({ host: "localhost", port: 1 }).once("error", resolve));
    assert.match(describeError(error), /ECONNREFUSED 127\.0\.0\.1:1|ECONNREFUSED ::1:1/);
  });
});
