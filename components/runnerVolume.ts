import { RUNNER_CONTAINER, RUNNER_FOLDER } from "./reservedNames.ts";
import type { ImageArgs } from "./workerPod.ts";

/** Starts a program of the runner with the Node.js, loader and libraries of its folder: the image of the command needs none. */
export function runnerProgram(folder: string, program: string): string[] {
  return [
    `${folder}/lib/loader`,
    "--library-path",
    `${folder}/lib`,
    `${folder}/node`,
    `${folder}/worker/src/${program}`,
  ];
}

const VOLUME = "runner";
const MOUNT = { name: VOLUME, mountPath: RUNNER_FOLDER, readOnly: true };

/**
 * The parts of a pod that supply the runner, so that the command's image need not contain it: the runner's image as a volume. Its
 * root is the runner's folder (worker/Dockerfile), because containerd 2.1 ignores a `subPath`.
 */
export function mountedRunner({ reference, pullPolicy }: ImageArgs) {
  const image = { reference, ...(pullPolicy === undefined ? {} : { pullPolicy }) };
  return { initContainers: [], volumes: [{ name: VOLUME, image }], mount: MOUNT };
}

/** A volume into which an init container copies the runner; `container` has its resources and security context. */
export function copiedRunner<Container extends object>({ reference, pullPolicy }: ImageArgs, container: Container) {
  const folder = "/runner";
  const copy = {
    name: RUNNER_CONTAINER,
    image: reference,
    ...(pullPolicy === undefined ? {} : { imagePullPolicy: pullPolicy }),
    command: runnerProgram("", "command/installRunner.ts"),
    args: [folder],
    ...container,
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [{ name: VOLUME, mountPath: folder }],
  };
  return { initContainers: [copy], volumes: [{ name: VOLUME, emptyDir: {} }], mount: MOUNT };
}
