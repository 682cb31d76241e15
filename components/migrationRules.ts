import { addressRule, imageArgsRule, kindRule, roleRule } from "./batchRules.ts";
import { BATCH_NUMBERS } from "./batchSettings.ts";
import { namespaceName, prefixName } from "./nameRules.ts";
import { podRule } from "./podRules.ts";
import { rotationRule } from "./postgresRules.ts";
import { and, findTwice, flag, list, number, plain, type Rule, shape, text, toFields } from "./rule.ts";

/** Validation rules for the name of a table of requests. */
export const tableRule = text(
  /^([a-z_][a-z0-9_$]*|"([^"]|"")+")(\.([a-z_][a-z0-9_$]*|"([^"]|"")+"))?$/,
  `a table name in SQL syntax (pages, shop.pages, or '"Pages"' in double quotes)`,
  "its rows become requests",
);

/** A Job's name is a label value, at most 63 characters; the version takes 13 of them. */
const MAX_NAME = 50;

/** The sample's kind, to which the first migration of a database attaches the sample's table. */
export const SAMPLE_KIND = "clap";

/** A kind and its table. */
export const tableOfKindRule: Rule = (path, value, problems) => {
  const { kind, table } = toFields(value);
  if (kind === SAMPLE_KIND && typeof table === "string" && !/^("?public"?\.)?"?make_it_clap"?$/.test(table))
    problems.push(
      `${path}.kind must be other than the sample's (a kind belongs to one table, and clap to make_it_clap); got "clap" with ${JSON.stringify(table)}`,
    );
};

const differentKinds: Rule = (path, value, problems) => {
  const twice = findTwice((value as { kind?: unknown }[]).map(({ kind }) => kind));
  if (twice !== undefined)
    problems.push(`${path} must have different kinds (a kind has one table); got ${JSON.stringify(twice)} twice`);
};

/** Validation rules for the component's name. */
export const migrationNameRule = shape({
  name: prefixName(MAX_NAME, "the Job is named after it"),
});

/** Validation rules for `SchemaMigrationArgs`. */
export const migrationRule = shape(
  {
    namespace: namespaceName("the namespace of the batches"),
    image: imageArgsRule,
    database: addressRule,
    admin: roleRule,
    worker: roleRule,
    scaler: roleRule,
    rolesPrepared: flag("whether the roles exist already"),
    passwordRotation: rotationRule,
    attach: and(
      list(and(shape({ kind: kindRule, table: tableRule }, ["kind", "table"]), tableOfKindRule), {
        why: "objects with kind and table",
      }),
      differentKinds,
    ),
    connectionsNeeded: number({ min: 1, max: 262_143, why: "PostgreSQL allows no more" }),
    podStartSeconds: plain(number(BATCH_NUMBERS.podStartSeconds)),
    pod: podRule(false),
  },
  ["namespace", "image", "database", "admin", "worker", "scaler"],
);
