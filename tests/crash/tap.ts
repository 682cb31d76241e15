import { readdirSync } from "node:fs";
import pg from "pg";
import { INSPECTION } from "../../worker/src/directSession.ts";
import { END, IDENTIFY } from "../../worker/src/endLostSession.ts";
import { type StatementName, statement } from "../../worker/src/queue/statement.ts";
import type { Steps } from "./steps.ts";

/** A statement as the worker passes it to node-postgres. */
interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What a new connection sends before the statements of sql/statements. */
const CONNECTING: readonly unknown[] = [INSPECTION, IDENTIFY, END];

const STATEMENTS = new URL("../../sql/statements/", import.meta.url);

/**
 * From now on every connection, statement and close of a pod is one of its steps, and so is the renewal of its lease, whose time
 * the pod's handler decides. `findSteps` returns the steps of the pod whose code is running; undefined: no pod's, and nothing changes.
 */
export function tap(findSteps: () => Steps | undefined): void {
  const names = readdirSync(STATEMENTS).map((file) => file.replace(".sql", "") as StatementName);
  const namesByText = new Map(names.map((name) => [statement(name).text, name]));
  const { connect, query, end } = pg.Client.prototype as unknown as Record<
    string,
    (...args: unknown[]) => Promise<never>
  >;
  if (!connect || !query || !end) throw new Error("pg.Client must have connect, query and end; got others");
  const owners = new WeakMap<object, Steps>();

  Object.assign(pg.Client.prototype, {
    connect(this: pg.Client, ...args: unknown[]) {
      const steps = findSteps();
      if (!steps) return connect.apply(this, args);
      owners.set(this, steps);
      return steps.take("connect", () => {
        steps.owns(this);
        return connect.apply(this, args);
      });
    },
    query(this: pg.Client, ...args: unknown[]) {
      const steps = owners.get(this);
      if (!steps || CONNECTING.includes(args[0])) return query.apply(this, args);
      const asked = args[0] as Query;
      const name = namesByText.get(asked.text);
      if (!name) throw new Error(`a worker must send the statements of sql/statements only; got ${asked.text}`);
      return steps.take(name, () => query.apply(this, args), asked.values);
    },
    end(this: pg.Client, ...args: unknown[]) {
      const steps = owners.get(this);
      return steps ? steps.take("close", () => end.apply(this, args)) : end.apply(this, args);
    },
  });

  const { setInterval } = globalThis;
  globalThis.setInterval = ((callback: () => void, ...rest: [number]) => {
    const steps = findSteps();
    if (!steps) return setInterval(callback, ...rest);
    steps.renewal = callback;
    return undefined;
  }) as typeof setInterval;
}
