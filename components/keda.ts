import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { KEDA_CHART, resolveChart } from "./charts.ts";
import { checkKeda } from "./checkKeda.ts";
import { DEFAULT_KEDA, kedaRule } from "./kedaRules.ts";
import { kedaValues } from "./kedaValues.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";
import { withDefaults } from "./withDefaults.ts";

/** A KEDA to install. A cluster can have only one: its CRDs and webhooks are cluster-wide. */
export interface KedaInstallArgs {
  /**
   * The source of the chart: a repository's http:// or https:// URL, an oci:// reference, or a local path.
   *
   * @default https://kedacore.github.io/charts
   */
  readonly chart?: string;
  /**
   * The registry of the images.
   *
   * @default ghcr.io
   */
  readonly imageRegistry?: string;
  /**
   * Secrets in KEDA's namespace with credentials for `imageRegistry`. The component does not create them: unless something in the
   * cluster does, create the namespace and the Secrets beforehand, and set `createNamespace` to false.
   *
   * @default - none
   */
  readonly imagePullSecrets?: pulumi.Input<string>[];
  /**
   * KEDA's namespace.
   *
   * @default keda
   */
  readonly namespace?: string;
  /**
   * Whether to create the namespace, and to delete it at the end with everything in it. False: it exists already. One that the component
   * has created is deleted when this becomes false.
   *
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * The name of the Helm release.
   *
   * @default keda
   */
  readonly releaseName?: string;
}

/** An existing KEDA installation; it is never modified. */
export interface ExistingKedaArgs {
  /** The namespace of its operator. */
  readonly namespace: string;
}

/** The KEDA that creates the Jobs: at most one of `install` and `existing`. */
export interface KedaArgs {
  /**
   * Install KEDA.
   *
   * @default - installed with all defaults, unless `existing` is set
   */
  readonly install?: KedaInstallArgs;
  /**
   * Use an existing KEDA.
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
 * KEDA, which creates the Jobs of every ScaledJob: installed in a separate namespace, or an existing installation.
 *
 * @throws RunError when an argument is wrong, or when an existing KEDA is too old for batches.
 */
export class Keda extends pulumi.ComponentResource {
  /** The namespace of its operator. For an existing KEDA it resolves only after the version check. */
  readonly namespace: pulumi.Output<string>;
  /** The release, if installed. ScaledJobs and TriggerAuthentications need its CRDs, and its operator to remove their finalizers. */
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
    // If there is none, Pulumi reports that this resource does not exist.
    const scaledJob = CustomResourceDefinition.get(`${name}-scaledjobs`, "scaledjobs.keda.sh", { parent: this });
    const checked = pulumi.all([scaledJob.metadata, scaledJob.spec]).apply(([metadata, spec]) => {
      // Every CRD has a spec; what a program's own unit tests (setMocks) answer may have none.
      if (spec !== undefined) checkKeda({ metadata, spec });
      return "triggerauthentications.keda.sh";
    });
    // The name resolves only after the check, so nothing that depends on this component is created before it.
    const other = CustomResourceDefinition.get(`${name}-triggerauthentications`, checked, { parent: this });
    return other.id.apply(() => namespace);
  }

  #install(name: string, { install, labels, annotations }: KedaArgs): k8s.helm.v3.Release {
    const { chart, imageRegistry, imagePullSecrets, namespace, createNamespace, releaseName } = withDefaults(
      DEFAULT_KEDA,
      install,
    );
    const metadata = { ...(labels && { labels }), ...(annotations && { annotations }) };
    const created = createNamespace
      ? new k8s.core.v1.Namespace(`${name}-namespace`, { metadata: { name: namespace, ...metadata } }, { parent: this })
      : undefined;
    // Never deletedWith the namespace: CRDs, cluster roles and webhooks are outside it.
    return new k8s.helm.v3.Release(
      name,
      {
        name: releaseName,
        namespace: created?.metadata.name ?? namespace,
        ...resolveChart(chart, KEDA_CHART),
        timeout: 600,
        values: pulumi.output({ imageRegistry, imagePullSecrets, ...metadata }).apply(kedaValues),
      },
      { parent: this },
    );
  }
}
