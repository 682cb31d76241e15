import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { TIMEOUT } from "node:dns";
import { createRequire } from "node:module";
import { type LookupFunction, Socket } from "node:net";
import type pg from "pg";
import { getMessage } from "./getMessage.ts";
import { lookUp } from "./lookUp.ts";

/** For passwords; node-postgres would compute them in Node's thread pool, see `lookUp`. */
const SCRAM = {
  deriveKey: (password: string, salt: Buffer, iterations: number) =>
    pbkdf2Sync(password, salt, iterations, 32, "sha256"),
  hmacSha256: (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest(),
  sha256: (data: Buffer) => createHash("sha256").update(data).digest(),
};

/** node-postgres would say that the client's password must be a string, or answer with an empty or a wrong one. */
const NO_PASSWORD = "the server demands a password, and none is set; set PGPASSWORD";

export const { Client, DatabaseError } = load();

/**
 * An image may set NODE_PG_FORCE_NATIVE for its own program; here node-postgres would miss `pg-native`, which the worker does not contain.
 */
function load(): typeof pg {
  const { NODE_PG_FORCE_NATIVE: forced } = process.env;
  delete process.env.NODE_PG_FORCE_NATIVE;
  const require = createRequire(import.meta.url);
  try {
    Object.assign(require("pg/lib/crypto/utils"), SCRAM);
    return require("pg");
  } finally {
    if (forced !== undefined) process.env.NODE_PG_FORCE_NATIVE = forced;
  }
}

/** A lost server is noticed within 20 s, also during a statement that takes an hour. The system's own delay would be two hours. */
const KEEPALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };

/**
 * A client of node-postgres that is not connected yet. It would take what `config` leaves out from the variables PGOPTIONS and
 * PGREPLICATION, which are meant for the work.
 */
export function createClient(config: pg.ClientConfig): pg.Client {
  const client = new Client({ ...KEEPALIVE, ...config, stream: () => new DatabaseSocket(config) });
  const internals = client as unknown as Internals;
  const { connectionParameters, connection } = internals;
  Object.assign(connectionParameters, { options: config.options, replication: undefined });
  const attachListeners = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    attachListeners(stream);
    endOnUnknownMessage(stream);
  };
  const getPassword = internals._getPassword.bind(client);
  internals._getPassword = (answer) =>
    getPassword(() => (internals.password ? answer() : connection.emit("error", new Error(NO_PASSWORD))));
  return client;
}

/** The parts of a client that node-postgres does not declare. */
interface Internals {
  readonly connectionParameters: object;
  readonly connection: { attachListeners(stream: Socket): void; emit(event: "error", error: Error): void };
  readonly password: string | null;
  /** Called when the server demands one. */
  _getPassword(answer: () => void): void;
}

/**
 * Ends a connection whose server sends what node-postgres does not understand, such as a request for Kerberos: node-postgres throws in an
 * event listener, which would end the process.
 */
function endOnUnknownMessage(stream: Socket): void {
  for (const listener of stream.listeners("data")) {
    stream.off("data", listener as () => void);
    stream.on("data", (data) => {
      try {
        listener.call(stream, data);
      } catch (cause) {
        stream.destroy(new Error(`Connection terminated: ${getMessage(cause as Error)}`, { cause }));
      }
    });
  }
}

/**
 * How long to wait for one of a name's addresses before the next is tried. With Node's 250 ms a distant server would be given up for an
 * address at which there is none; TCP repeats a lost packet after a second. The time for a connection is enough for three addresses.
 */
const ADDRESS_TIMEOUT_MS = 1_500;

/** Connects as node-postgres asks it to: to a port of a host, or to a path. */
class DatabaseSocket extends Socket {
  readonly #timeoutMs: number | undefined;
  /** The name whose addresses are being looked up. */
  #unresolved: string | undefined;

  constructor({ connectionTimeoutMillis }: pg.ClientConfig) {
    super();
    this.#timeoutMs = connectionTimeoutMillis;
  }

  override connect(...[to, host]: unknown[]): this {
    const lookup: LookupFunction = (name, options, done) => {
      this.#unresolved = name;
      lookUp(name, options, (...answer) => {
        this.#unresolved = undefined;
        done(...answer);
      });
    };
    return typeof host === "string"
      ? super.connect({ port: Number(to), host, lookup, autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS })
      : super.connect(String(to));
  }

  /** node-postgres gives up in the same words whether the server does not answer or its address is not known yet. */
  override destroy(error?: Error): this {
    if (this.#unresolved === undefined || error?.message !== "timeout expired") return super.destroy(error);
    const seconds = (this.#timeoutMs ?? 0) / 1_000;
    const message = `no address of ${this.#unresolved} within ${seconds} s; check DNS: the name servers may not answer`;
    return super.destroy(Object.assign(new Error(message), { code: TIMEOUT }));
  }
}
