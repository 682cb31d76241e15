import { Postgres, type PostgresArgs } from "../../../components/postgres.ts";
import { type RecordedResource, recordResources } from "./recordResources.ts";

/** Creates a `Postgres` and waits for all its resources. Names must differ within a test file. */
export const recordPostgres = (args: PostgresArgs, name = "postgres") =>
  recordResources((options) => new Postgres(name, args, options));

/** The types and names of its children. */
export const children = (resources: readonly RecordedResource[]) =>
  resources.filter(({ parent }) => parent !== undefined).map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
