import { Postgres, type PostgresArgs } from "../../../components/postgres.ts";
import { type RecordedResource, recordResources } from "./recordResources.ts";

/** Creates a `Postgres` and waits for all its resources. Names must differ within a test file. */
export async function recordPostgres(
  args: PostgresArgs,
  name = "postgres",
): Promise<{ postgres: Postgres; resources: RecordedResource[] }> {
  const made: Postgres[] = [];
  const resources = await recordResources((options) => {
    const postgres = new Postgres(name, args, options);
    made.push(postgres);
    return postgres;
  });
  return { postgres: made[0] as Postgres, resources };
}

/** The types and names of its children. */
export const children = (resources: readonly RecordedResource[]) =>
  resources.filter(({ parent }) => parent !== undefined).map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
