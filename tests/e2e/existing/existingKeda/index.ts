import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { KEDA_CHART, resolveChart } from "../../../../components/charts.ts";

const config = new pulumi.Config();
const provider = new k8s.Provider("cluster", { context: config.require("kubernetesContext"), kubeconfig: "" });
const name = config.require("namespace");
const namespace = new k8s.core.v1.Namespace("keda", { metadata: { name } }, { provider });

/** With the chart's own values, its metrics server included, except for those of the config. A node pulls no image that it already has. */
new k8s.helm.v3.Release(
  "keda",
  {
    name: "scaling",
    namespace: namespace.metadata.name,
    ...resolveChart(config.require("chart"), KEDA_CHART),
    timeout: 600,
    values: { image: { pullPolicy: "IfNotPresent" }, ...config.getObject<object>("values") },
  },
  { provider },
);
