import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { createFolder } from "../../../tests/support/createFolder.ts";
import { countOomKills } from "./oomKills.ts";

const V2 = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 1\n";
const V1 = "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n";

/** A host's cgroups: what /proc/self/cgroup says, the files below /sys/fs/cgroup, and the number of kills. */
const HOSTS: readonly [host: string, membership: string, files: Record<string, string>, kills?: number][] = [
  ["v2, in a container", "0::/\n", { "memory.events": V2 }, 2],
  ["v2, on the host", "0::/a.slice/b.scope\n", { "a.slice/b.scope/memory.events": V2 }, 2],
  ["v2, in a container that sees the node's path", "0::/kubepods/x\n", { "memory.events": V2 }, 2],
  ["v1, in a container", "4:memory:/docker/x\n0::/\n", { "memory/memory.oom_control": V1 }, 2],
  [
    "v1, on the host, controllers together",
    "9:cpu,cpuacct:/c\n4:hugetlb,memory:/m\n0::/\n",
    { "memory/m/memory.oom_control": V1, "memory/memory.oom_control": V1.replace("2", "9") },
    2,
  ],
  ["v1 of an old kernel", "4:memory:/\n", { "memory/memory.oom_control": "under_oom 0\n" }],
  ["none (macOS)", "", {}],
];

for (const [host, membership, files, kills] of HOSTS) {
  test(`cgroup ${host}: ${kills}`, () => {
    const root = createFolder();
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), content);
    }
    assert.equal(countOomKills(root, membership), kills);
  });
}
