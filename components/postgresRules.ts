import {
  authorityProblems,
  CERTIFICATE_RULES,
  modeRule,
  nameProblems,
  poolerRule,
  ROLE_RULES,
  SERVER_RULES,
  userRule,
} from "./addressRules.ts";
import { namespaceName, prefixName, unusedNamespace } from "./nameRules.ts";
import { METADATA_RULES } from "./podRules.ts";
import { POSTGRES_INSTALL_RULES } from "./postgresInstallRules.ts";
import { roleSecretName } from "./roleSecretName.ts";
import {
  allOrNone,
  and,
  atMostOne,
  findTwice,
  flag,
  isLater,
  isObject,
  plain,
  type Rule,
  secretText,
  shape,
  text,
  toFields,
} from "./rule.ts";

/** A Secret's name has at most 253 characters. */
const MAX_NAME = 200;

/** The default namespace of the batches. */
export const DEFAULT_NAMESPACE = "keda-with-postgresql";

/** The default `passwordRotation`. */
export const DEFAULT_ROTATION = "1";

/** Validation rules for `passwordRotation`. */
export const rotationRule = text(
  /^[\w.:-]{1,64}$/,
  "1 to 64 characters from a-z, A-Z, 0-9, '_', '.', ':' and '-'",
  "passwords are replaced when it differs from the previous value; in YAML a date needs quotes",
);

/** Validation rules for the namespace of the batches. */
export const namespaceRule = namespaceName("Kubernetes' rule for namespaces");

const roleRule = and(
  shape({ ...ROLE_RULES, password: secretText("the role's password") }, ["user"]),
  (path, value, problems) => {
    const { password, secretName, secretKey } = value as Record<string, unknown>;
    if ((password === undefined) === (secretName === undefined)) {
      const got = password === undefined ? "none" : "both";
      problems.push(`${path} must have one of password and secretName (the source of the password); got ${got}`);
    }
    if (secretKey !== undefined && secretName === undefined)
      problems.push(
        `${path}.secretKey must be set together with secretName (it is a key in that Secret); got no secretName`,
      );
  },
);

const PEM = { ca: text(/-----BEGIN CERTIFICATE-----/, "a certificate in PEM", "it verifies the server's certificate") };

/** Validation rules for a certificate authority that is checked again once it is known. */
export const authorityRule = shape({ tls: shape(PEM) });

/** Validation rules for TLS; `authority` holds the key for a certificate that is not in a Secret. */
function tlsRule(authority: Readonly<Record<string, Rule>>): Rule {
  const keys = [...Object.keys(authority), "caSecretName"];
  return and(
    shape({
      mode: modeRule,
      scalerMode: modeRule,
      ...CERTIFICATE_RULES,
      ...authority,
    }),
    (path, value, problems) => {
      atMostOne(keys, "there is only one authority")(path, value, problems);
      problems.push(...authorityProblems(`${path}.`, "mode", keys, toFields(value)));
    },
  );
}

/** Validation rules for `ExistingPostgresArgs` of a component; `authority` as above. */
export function existingPostgresRule(authority: Readonly<Record<string, Rule>>, component: string): Rule {
  return and(
    shape(
      {
        ...SERVER_RULES,
        tls: plain(tlsRule(authority)),
        admin: plain(roleRule),
        worker: plain(roleRule),
        scaler: plain(roleRule),
        rolePrefix: plain(
          text(
            /^(?!pg(_|$))[a-z_][a-z0-9_]{0,50}$/,
            'at most 51 characters from a-z, 0-9 and "_", starting neither with a digit nor with pg_',
            "the roles are named after it, and PostgreSQL reserves pg_",
          ),
        ),
        pooler: poolerRule,
      },
      ["host", "database", "admin"],
    ),
    (path, value, problems) => {
      allOrNone(["worker", "scaler"], "a DBA prepares both roles, or the migration creates both")(
        path,
        value,
        problems,
      );
      atMostOne(["worker", "rolePrefix"], "prepared roles already have names")(path, value, problems);
      differentRoles(path, value, problems);
      const { tls, pooler } = value as Record<string, unknown>;
      const modes = { mode: `${path}.tls.mode`, scalerMode: `${path}.tls.scalerMode` };
      problems.push(...nameProblems(modes, { ...(isObject(tls) && tls), pooler }));
      scalerPassword(`${path}.scaler`, (value as Record<string, unknown>).scaler, problems);
      freeSecrets(component)(path, value, problems);
    },
  );
}

/** Each role has only the rights it needs; the migration creates the owner of the queue, and the role of programs, without a login. */
const differentRoles: Rule = (path, value, problems) => {
  const { rolePrefix = "batch", ...roles } = value as Record<string, unknown>;
  const users = ["admin", "worker", "scaler"].flatMap((role) => {
    const given = roles[role];
    if (isObject(given)) return given.user ?? [];
    return role === "admin" ? [] : `${rolePrefix}_${role}`;
  });
  const twice = findTwice(users);
  if (twice !== undefined)
    problems.push(
      `${path || "a server"} must have three different roles (each has only the rights it needs); got ${isLater(twice) ? "an output" : JSON.stringify(twice)} twice`,
    );
  const reserved = users.find((user) => user === "batch_owner" || user === "batch_program");
  if (reserved !== undefined)
    problems.push(
      `${path || "a server"} must have no role with the name of the queue's own (which have no login); got ${JSON.stringify(reserved)}`,
    );
};

/** Validation rules for the fields of `ExistingPostgresArgs` that are checked again once they are known. */
export const serverRule = and(
  shape({
    ...SERVER_RULES,
    ...Object.fromEntries(["admin", "worker", "scaler"].map((role) => [role, shape({ user: userRule })])),
  }),
  differentRoles,
);

/** KEDA before 2.20 puts the password into a connection string, and escapes it only if it contains a space, and not completely. */
const scalerPassword: Rule = (path, value, problems) => {
  const { password } = toFields(value);
  if (typeof password === "string" && /[\s'\\]/.test(password))
    problems.push(
      `${path && `${path}.`}password must have no white space, ' and \\ (KEDA before 2.20 reads them as syntax of a connection string); got one of them`,
    );
};

/** Validation rules for `{ password }` of a role: `admin`, `worker` or `scaler`. */
export function passwordRule(role: string): Rule {
  const rule = shape({ password: secretText("the role's password") });
  return role === "scaler" ? and(rule, scalerPassword) : rule;
}

/** A Secret that is created would replace the existing one. */
function freeSecrets(component: string): Rule {
  return (path, value, problems) => {
    const { tls, ...args } = value as Record<string, unknown>;
    const roles = ["admin", "worker", "scaler"].map((role) => ({ role, given: args[role] }));
    const created = roles.flatMap(({ role, given }) => (isObject(given) && given.secretName ? [] : [role]));
    const all = [...created, ...(isObject(tls) && tls.ca !== undefined ? ["ca"] : [])];
    const named = [...roles.map(({ given }) => isObject(given) && given.secretName), isObject(tls) && tls.caSecretName];
    const taken = all.map((role) => roleSecretName(component, role)).find((secret) => named.includes(secret));
    if (taken !== undefined)
      problems.push(
        `${path} must not name the Secret ${taken} (it is created for another password); got it as an existing one`,
      );
  };
}

/** The bundled PostgreSQL's chart evaluates annotations as templates, some twice, so no escaping protects them. */
export const noTemplates: Rule = (path, value, problems) => {
  for (const [name, text] of Object.entries(toFields(value)))
    if (typeof text === "string" && text.includes("{{"))
      problems.push(
        `${path && `${path}.`}annotations.${name} must not contain {{ with the bundled PostgreSQL (its chart evaluates templates); got one. ` +
          "Set it on a batch",
      );
};

/** Validation rules for the component's name. */
export const postgresNameRule = shape({ name: prefixName(MAX_NAME, "its Secrets are named after it") });

/** Validation rules for `PostgresArgs` of a component. */
export function postgresRule(component: string): Rule {
  return and(
    shape({
      install: plain(shape(POSTGRES_INSTALL_RULES)),
      existing: plain(existingPostgresRule(PEM, component)),
      namespace: namespaceRule,
      createNamespace: plain(flag("whether to create the namespace")),
      passwordRotation: rotationRule,
      ...METADATA_RULES,
    }),
    (path, value, problems) => {
      if (!isObject(value)) return;
      if (value.existing === undefined) noTemplates(path, value.annotations, problems);
      if (value.createNamespace !== false && value.namespace !== undefined)
        unusedNamespace(`${path && `${path}.`}namespace`, value.namespace, problems);
      atMostOne(["install", "existing"], "PostgreSQL is either installed or already exists")(
        path || "database",
        value,
        problems,
      );
    },
  );
}
