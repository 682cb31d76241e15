import type { PodArgs } from "./podArgs.ts";
import { FILES_FOLDER } from "./reservedNames.ts";

/** The mounts of a command's container besides the runner; a user's volume at /tmp replaces ours. */
export function commandMounts({ volumeMounts = [] }: PodArgs) {
  const isMounted = (path: string) =>
    volumeMounts.some(({ mountPath }) => typeof mountPath === "string" && mountPath.replace(/\/+$/, "") === path);
  return [
    { name: "files", mountPath: FILES_FOLDER },
    // The root is read-only, and many programs need a place for temporary files.
    ...(isMounted("/tmp") ? [] : [{ name: "tmp", mountPath: "/tmp" }]),
  ];
}
