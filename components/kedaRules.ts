import { chartRule, registryRule } from "./chartRules.ts";
import { KEDA_CHART } from "./charts.ts";
import type { KedaInstallArgs } from "./keda.ts";
import { namespaceName, pullSecretNames, releaseName, unusedNamespace } from "./nameRules.ts";
import { METADATA_RULES } from "./podRules.ts";
import { and, atMostOne, flag, plain, type Rule, shape } from "./rule.ts";

/** Defaults of `KedaInstallArgs`. */
export const DEFAULT_KEDA: Required<KedaInstallArgs> = {
  chart: "https://kedacore.github.io/charts",
  imageRegistry: "ghcr.io",
  imagePullSecrets: [],
  namespace: "keda",
  createNamespace: true,
  releaseName: "keda",
};

/** Validation rules for `KedaInstallArgs`. */
export const KEDA_INSTALL_RULES = {
  chart: plain(chartRule(KEDA_CHART)),
  imageRegistry: registryRule,
  imagePullSecrets: pullSecretNames("KEDA's namespace"),
  namespace: namespaceName("KEDA's namespace"),
  createNamespace: plain(flag("whether to create KEDA's namespace")),
  releaseName: releaseName,
};

/** Validation rules for `KedaInstallArgs`, restricted to the given keys. */
export function kedaInstallRule(keys: readonly string[] = Object.keys(KEDA_INSTALL_RULES)): Rule {
  return and(
    shape(Object.fromEntries(Object.entries(KEDA_INSTALL_RULES).filter(([key]) => keys.includes(key)))),
    (path, value, problems) => {
      const { namespace, createNamespace } = value as Record<string, unknown>;
      if (createNamespace !== false && namespace !== undefined)
        unusedNamespace(`${path}.namespace`, namespace, problems);
    },
  );
}

/** Validation rules for `ExistingKedaArgs`. */
export const existingKedaRule = shape({ namespace: namespaceName("the namespace of the existing KEDA's operator") }, [
  "namespace",
]);

/** Validation rules for `KedaArgs`. */
export const kedaRule = and(
  shape({
    install: plain(kedaInstallRule()),
    existing: plain(existingKedaRule),
    ...METADATA_RULES,
  }),
  (path, value, problems) =>
    atMostOne(["install", "existing"], "KEDA is either installed or already exists")(path || "keda", value, problems),
);
