import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { KEDA_CHART, resolveChart } from "./charts.ts";
import { checkKeda } from "./checkKeda.ts";
import { DEFAULT_KEDA, kedaRule } from "./kedaRules.ts";
import { kedaValues } from "./kedaValues.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";

/** A KEDA that the component installs. One is enough for a cluster: its CRDs and webhooks are the cluster's. */
export interface KedaInstallArgs {
  /**
   * Where the chart comes from: a repository's https:// or http://, an oci:// reference, or a local path.
   *
   * @default https://kedacore.github.io/charts
   */
  readonly chart?: string;
  /**
   * The registry that the images come from.
   *
   * @default ghcr.io
   */
  readonly imageRegistry?: string;
  /**
   * The namespace, which is created.
   *
   * @default keda
   */
  readonly namespace?: string;
  /**
   * The name of the Helm release.
   *
   * @default keda
   */
  readonly releaseName?: string;
}

/** An existing KEDA, which is not changed. */
export interface ExistingKedaArgs {
  /** The namespace that its operator runs in. */
  readonly namespace: string;
}

/** Which KEDA creates the Jobs: one of `install` and `existing`. */
export interface KedaArgs {
  /**
   * Install it.
   *
   * @default - installed with every default, where `existing` is not given
   */
  readonly install?: KedaInstallArgs;
  /**
   * Use an existing one.
   *
   * @default - none
   */
  readonly existing?: ExistingKedaArgs;
  /**
   * Labels of the namespace and of what the chart creates.
   *
   * @default - none
   */
  readonly labels?: { [name: string]: string };
  /**
   * Annotations of the namespace and of what the chart creates.
   *
   * @default - none
   */
  readonly annotations?: { [name: string]: string };
}

/**
 * KEDA, which creates Jobs wherever a ScaledJob asks for some: installed in a separate namespace, or an existing one.
 *
 * @throws RunError when an argument is wrong, or when an existing KEDA is older than what a batch needs.
 */
export class Keda extends pulumi.ComponentResource {
  /** The namespace of its operator; for an existing KEDA known once that KEDA has been checked. */
  readonly namespace: pulumi.Output<string>;
  /** What a ScaledJob and a TriggerAuthentication depend on: it brings their CRDs, and its operator removes their finalizers. */
  readonly release?: k8s.helm.v3.Release;

  constructor(name: string, args: KedaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:Keda", name, {}, opts);
    refuseWrongArgs(`Keda ${name}`, kedaRule, args);
    if (args.existing) {
      this.namespace = this.#check(name, args.existing);
    } else {
      this.release = this.#install(name, args);
      this.namespace = this.release.namespace;
    }
    this.registerOutputs({ namespace: this.namespace, release: this.release });
  }

  #check(name: string, { namespace }: ExistingKedaArgs): pulumi.Output<string> {
    const { CustomResourceDefinition } = k8s.apiextensions.v1;
    // Where there is none, Pulumi names this resource and says that it does not exist.
    const scaledJob = CustomResourceDefinition.get(`${name}-scaledjobs`, "scaledjobs.keda.sh", { parent: this });
    const checked = pulumi.all([scaledJob.metadata, scaledJob.spec]).apply(([metadata, spec]) => {
      checkKeda({ metadata, spec });
      return "triggerauthentications.keda.sh";
    });
    // Read by a name that is known when the check has passed: what depends on this component is not created before.
    const other = CustomResourceDefinition.get(`${name}-triggerauthentications`, checked, { parent: this });
    return other.id.apply(() => namespace);
  }

  #install(name: string, { install, labels, annotations }: KedaArgs): k8s.helm.v3.Release {
    const { chart, imageRegistry, namespace, releaseName } = { ...DEFAULT_KEDA, ...install };
    const metadata = { ...(labels && { labels }), ...(annotations && { annotations }) };
    const created = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: namespace, ...metadata } },
      { parent: this },
    );
    // Never deletedWith the namespace: CRDs, cluster roles and webhooks live outside of it.
    return new k8s.helm.v3.Release(
      name,
      {
        name: releaseName,
        namespace: created.metadata.name,
        ...resolveChart(chart, KEDA_CHART),
        timeout: 600,
        values: kedaValues({ imageRegistry, ...metadata }),
      },
      { parent: this },
    );
  }
}
