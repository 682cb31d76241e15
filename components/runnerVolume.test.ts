import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { POD_ARGS } from "../tests/support/pulumi/componentArgs.ts";
import { copiedRunner, mountedRunner, runnerProgram } from "./runnerVolume.ts";
import { workerPod } from "./workerPod.ts";

const IMAGE = { reference: "runner:1", pullPolicy: "IfNotPresent" };
const MOUNT = { name: "runner", mountPath: "/batch", readOnly: true };

describe("the runner", () => {
  test("is copied into a volume by an init container, which runs from the root of its image", () => {
    const { initContainers, volumes, mount } = copiedRunner(IMAGE, { resources: { limits: { memory: "64Mi" } } });
    const [init] = initContainers;
    assert.deepEqual([init?.image, init?.imagePullPolicy], ["runner:1", "IfNotPresent"]);
    assert.deepEqual(
      [...(init?.command ?? []), ...(init?.args ?? [])],
      ["/lib/loader", "--library-path", "/lib", "/node", "/worker/src/command/installRunner.ts", "/runner"],
    );
    assert.deepEqual(init?.resources, { limits: { memory: "64Mi" } });
    assert.deepEqual(init?.volumeMounts, [{ name: "runner", mountPath: "/runner" }]);
    assert.deepEqual([volumes, mount], [[{ name: "runner", emptyDir: {} }], MOUNT]);
  });

  test("is mounted as the root of its image, without an init container", () => {
    const volumes = [{ name: "runner", image: IMAGE }];
    assert.deepEqual(mountedRunner(IMAGE), { initContainers: [], volumes, mount: MOUNT });
    assert.deepEqual(mountedRunner({ reference: "runner:1" }).volumes, [
      { name: "runner", image: { reference: "runner:1" } },
    ]);
  });

  test("is started in the same way, whether it is mounted or copied", () => {
    const command = { command: ["work"], runner: IMAGE, finalExitCodes: [] };
    const [copied, mounted] = [false, true].map((mountRunner) =>
      workerPod({ ...POD_ARGS, command: { ...command, mountRunner } }),
    );
    assert.deepEqual(mounted?.containers, copied?.containers);
    assert.deepEqual(mounted?.containers[0]?.command, runnerProgram("/batch", "main.ts"));
    assert.ok(!("initContainers" in (mounted ?? {})), "KEDA's objects are read back without an empty list");
    assert.ok(mounted?.volumes?.some((volume) => "image" in volume));
  });
});
