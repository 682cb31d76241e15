import type { PodArgs } from "./podArgs.ts";
import { FILES_FOLDER } from "./reservedNames.ts";

/** The mounts of a command's container besides the runner; a volume of the user at /tmp takes the place of ours. */
export function commandMounts({ volumeMounts = [] }: PodArgs) {
  const isMounted = (path: string) =>
    volumeMounts.some(({ mountPath }) => typeof mountPath === "string" && mountPath.replace(/\/+$/, "") === path);
  return [
    { name: "files", mountPath: FILES_FOLDER },
    // The root is read-only, and many programs need a place for temporary files.
    ...(isMounted("/tmp") ? [] : [{ name: "tmp", mountPath: "/tmp" }]),
  ];
}
