import { chartRule, registryRule } from "./chartRules.ts";
import { POSTGRESQL_CHART } from "./charts.ts";
import { pullSecretNames } from "./nameRules.ts";
import type { PostgresInstallArgs } from "./postgresArgs.ts";
import { plain, text } from "./rule.ts";
import { serviceName } from "./serviceName.ts";

/** Defaults of `PostgresInstallArgs`. */
export const DEFAULT_POSTGRES: Required<PostgresInstallArgs> = {
  chart: "oci://registry-1.docker.io/bitnamicharts/postgresql",
  imageRegistry: "docker.io",
  imagePullSecrets: [],
  releaseName: "my-release",
  clusterDomain: "cluster.local",
};

/** A label of its pod is this name and 11 characters of the revision, at most 63 together (kubernetes#64023). */
const MAX_STATEFUL_SET = 52;

/** Validation rules for `PostgresInstallArgs`. */
export const POSTGRES_INSTALL_RULES = {
  chart: plain(chartRule(POSTGRESQL_CHART)),
  imageRegistry: registryRule,
  imagePullSecrets: pullSecretNames("the namespace of the batches"),
  releaseName: plain(
    text(
      (name) => /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name) && serviceName(name).length <= MAX_STATEFUL_SET,
      '1 to 41 characters (52 if "postgresql" is among them) from a-z, 0-9 and "-", starting with a letter',
      "the StatefulSet is named after the release, and no pod of one with a longer name is created",
    ),
  ),
  clusterDomain: text(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "a DNS domain such as cluster.local, without a dot at its ends",
    "the names of services end in it",
  ),
};
