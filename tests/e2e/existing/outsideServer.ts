import type { DatabaseServer, LogIn } from "../databaseServer.ts";
import { SHOP } from "./applications.ts";
import type { OutsideDatabase } from "./outsideDatabase.ts";
import { runPsql } from "./runPsql.ts";

/** The database of `SHOP`, on a server outside of the cluster. */
export class OutsideServer implements DatabaseServer {
  readonly outlivesStack = true;
  readonly #outside: OutsideDatabase;

  constructor(outside: OutsideDatabase) {
    this.#outside = outside;
  }

  get passwords(): readonly string[] {
    return [this.#outside.owners[SHOP.name]?.password ?? ""];
  }

  async psql(statements: string): Promise<string> {
    return await this.#outside.psql(SHOP.name, statements);
  }

  async restart(): Promise<void> {
    await this.#outside.restart();
  }

  async tryLogIn({ user, password, sslmode }: LogIn): Promise<string> {
    const { address, port } = this.#outside;
    const conninfo = `host=${address} port=${port} dbname=${SHOP.name} user=${user} sslmode=${sslmode}`;
    return await runPsql(conninfo, "select 'in'", password).then(
      (said) => said.trim(),
      (error: Error) => error.message,
    );
  }
}
