import { chartRule, registryRule } from "./chartRules.ts";
import { KEDA_CHART } from "./charts.ts";
import type { KedaInstallArgs } from "./keda.ts";
import { namespaceName, releaseName, unusedNamespace } from "./nameRules.ts";
import { METADATA_RULES } from "./podRules.ts";
import { and, atMostOne, shape } from "./rule.ts";

/** Defaults of `KedaInstallArgs`. */
export const DEFAULT_KEDA: Required<KedaInstallArgs> = {
  chart: "https://kedacore.github.io/charts",
  imageRegistry: "ghcr.io",
  namespace: "keda",
  releaseName: "keda",
};

/** Validation rules for `KedaInstallArgs`. */
export const KEDA_INSTALL_RULES = {
  chart: chartRule(KEDA_CHART),
  imageRegistry: registryRule,
  namespace: and(namespaceName("the namespace to create for KEDA"), unusedNamespace),
  releaseName: releaseName,
};

/** Validation rules for `ExistingKedaArgs`. */
export const existingKedaRule = shape({ namespace: namespaceName("the namespace of the existing KEDA's operator") }, [
  "namespace",
]);

/** Validation rules for `KedaArgs`. */
export const kedaRule = and(
  shape({
    install: shape(KEDA_INSTALL_RULES),
    existing: existingKedaRule,
    ...METADATA_RULES,
  }),
  (path, value, problems) =>
    atMostOne(["install", "existing"], "KEDA is either installed or already exists")(path || "keda", value, problems),
);
