import { chartRule, registryRule } from "./chartRules.ts";
import { KEDA_CHART } from "./charts.ts";
import type { KedaInstallArgs } from "./keda.ts";
import { METADATA_RULES, objectName } from "./podRules.ts";
import { and, atMostOne, shape } from "./rule.ts";

/** Where KEDA comes from and where it is installed, by default. */
export const DEFAULT_KEDA: Required<KedaInstallArgs> = {
  chart: "https://kedacore.github.io/charts",
  imageRegistry: "ghcr.io",
  namespace: "keda",
  releaseName: "keda",
};

/** What `KedaInstallArgs` may be. */
export const KEDA_INSTALL_RULES = {
  chart: chartRule(KEDA_CHART),
  imageRegistry: registryRule,
  namespace: objectName("KEDA's namespace, which is created"),
  releaseName: objectName("the Helm release"),
};

/** What `ExistingKedaArgs` may be. */
export const existingKedaRule = shape({ namespace: objectName("the namespace of the existing KEDA's operator") }, [
  "namespace",
]);

/** What `KedaArgs` may be. */
export const kedaRule = and(
  shape({
    install: shape(KEDA_INSTALL_RULES),
    existing: existingKedaRule,
    ...METADATA_RULES,
  }),
  (path, value, problems) =>
    atMostOne(["install", "existing"], "KEDA is either installed or there already")(path || "keda", value, problems),
);
