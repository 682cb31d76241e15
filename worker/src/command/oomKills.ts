import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * How many processes of the runner's cgroup the kernel has killed because memory ran out; the command is in the same cgroup.
 *
 * cgroup v2 counts in `memory.events`, v1 (since Linux 4.13) in `memory.oom_control`; both call it `oom_kill`.
 *
 * @param root - where cgroups are mounted.
 * @param membership - this process's `/proc/self/cgroup`.
 * @returns undefined if the kernel does not report it.
 */
export function countOomKills(root = "/sys/fs/cgroup", membership = read("/proc/self/cgroup")): number | undefined {
  for (const file of getCounterFiles(root, membership ?? "")) {
    const count = /^oom_kill (\d+)$/m.exec(read(file) ?? "")?.[1];
    if (count !== undefined) return Number(count);
  }
  return undefined;
}

/**
 * The group's own file first. In a container the group may be mounted as the root although its membership shows the path on the
 * node, so the root's file comes next. A v1 host mounts v2 at `unified`.
 */
function getCounterFiles(root: string, membership: string): readonly string[] {
  const path = (controllers: RegExp) => controllers.exec(membership)?.[1] ?? "";
  const unified = path(/^0::(.*)$/m);
  const memory = path(/^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(.*)$/m);
  return [
    join(root, unified, "memory.events"),
    join(root, "memory.events"),
    join(root, "memory", memory, "memory.oom_control"),
    join(root, "memory/memory.oom_control"),
  ];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
