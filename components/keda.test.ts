import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertRefused } from "../tests/support/pulumi/problems.ts";
import { mockEngine, recordResources, settled } from "../tests/support/pulumi/recordResources.ts";
import { SCALED_JOB_CRD } from "../tests/support/pulumi/validateScaledJob.ts";
import { Keda, type KedaArgs } from "./keda.ts";

await mockEngine({ "scaledjobs.keda.sh": SCALED_JOB_CRD });

const record = (args: KedaArgs, name = "keda") => recordResources((options) => new Keda(name, args, options));

describe("an installed KEDA", async () => {
  const install = { chart: "oci://charts.example/keda", imageRegistry: "mirror.example" };
  const { component: keda, resources } = await record({ install, labels: { team: "shop" } });
  const [top, namespace, release, ...others] = resources;

  test("consists of a namespace and a release in it, and nothing else", () => {
    assert.deepEqual(others, []);
    assert.equal(top?.type, "postgres-batch:index:Keda");
    assert.deepEqual(top?.inputs, {});
    assert.deepEqual(
      [namespace, release].map((child) => [child?.type, child?.name, child?.parent]),
      [
        ["kubernetes:core/v1:Namespace", "keda-namespace", "Keda keda"],
        ["kubernetes:helm.sh/v3:Release", "keda", "Keda keda"],
      ],
    );
  });

  test("is uninstalled explicitly, because most of it is outside the namespace", () => {
    assert.equal(release?.deletedWith, undefined);
  });

  test("is the pinned chart from the given source, with a fixed release name", async () => {
    const { name, namespace: releaseNamespace, chart, version } = release?.inputs ?? {};
    assert.deepEqual([name, releaseNamespace, chart, version], ["keda", "keda", "oci://charts.example/keda", "2.20.2"]);
    assert.equal(await settled(keda.namespace), "keda");
  });

  test("puts its labels on the namespace and on the chart's objects", () => {
    assert.deepEqual(namespace?.inputs.metadata, { name: "keda", labels: { team: "shop" } });
    assert.deepEqual(release?.inputs.values.additionalLabels, { team: "shop" });
  });

  test("can be in a namespace that an administrator has created, with credentials for the registry", async () => {
    const given = { ...install, namespace: "scaling", createNamespace: false, imagePullSecrets: ["mirror"] };
    const { component: inIt, resources: there } = await record({ install: given }, "given");
    const types = there.map(({ type }) => type.split(":").at(-1));
    assert.deepEqual(types, ["Keda", "Release"]);
    assert.equal(there[1]?.inputs.namespace, "scaling");
    assert.partialDeepStrictEqual(there[1]?.inputs.values, { imagePullSecrets: [{ name: "mirror" }] });
    assert.equal(await settled(inIt.namespace), "scaling");
  });

  test("can have another namespace and another release name", async () => {
    const renamed = { install: { ...install, namespace: "scaling", releaseName: "jobs" } };
    const [, otherNamespace, other] = (await record(renamed, "other")).resources;
    assert.deepEqual(otherNamespace?.inputs.metadata, { name: "scaling" });
    assert.deepEqual([other?.inputs.name, other?.inputs.namespace], ["jobs", "scaling"]);
    const unset = { namespace: undefined, releaseName: undefined, imageRegistry: undefined } as never;
    const { resources: defaults } = await record({ install: unset }, "unset");
    assert.deepEqual([defaults[2]?.inputs.name, defaults[2]?.inputs.namespace], ["keda", "keda"]);
  });
});

describe("an existing KEDA", async () => {
  const { component: keda, resources } = await record({ existing: { namespace: "keda-system" } }, "there");
  const [top, ...reads] = resources;

  test("is never modified: only its two CRDs are read", async () => {
    assert.equal(top?.type, "postgres-batch:index:Keda");
    assert.deepEqual(
      reads.map(({ type, name, inputs }) => [type.split(":").at(-1), name, inputs]),
      [
        ["CustomResourceDefinition", "there-scaledjobs", {}],
        ["CustomResourceDefinition", "there-triggerauthentications", {}],
      ],
    );
    assert.equal(keda.release, undefined);
    assert.equal(await settled(keda.namespace), "keda-system");
  });
});

describe("KEDA's arguments", () => {
  const wrong: Record<string, object> = {
    "keda must have one of install and existing": { install: {}, existing: { namespace: "keda" } },
    "existing.namespace must be 1 to 63 characters": { existing: {} },
    "install.chart must be": { install: { chart: "no/such.tgz" } },
    "install.namespace must be none of Kubernetes' own namespaces": { install: { namespace: "kube-system" } },
    "install.imageRegistry must be": { install: { imageRegistry: "https://ghcr.io" } },
    'got "chart"': { chart: "x" },
  };
  for (const [says, args] of Object.entries(wrong))
    test(`refuses a mistake with one message: ${says}`, () =>
      assertRefused(() => new Keda("wrong", args as KedaArgs), says));
});
