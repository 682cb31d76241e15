import { spawnSync } from "node:child_process";
import { RunError } from "@pulumi/pulumi";

/** How long a busy daemon may take. */
const TIMEOUT_MS = 60_000;

/** The fields of `docker image inspect` that are read here. */
interface ImageInspect {
  readonly Id: string;
  readonly RepoDigests?: readonly string[] | null;
  /** Where it comes from, since version 1.53 of the Engine API, with the containerd image store. */
  readonly Identity?: { readonly Build?: readonly unknown[] | null; readonly Pull?: readonly unknown[] | null } | null;
}

/**
 * The id of an image that was built into the Docker daemon that DOCKER_HOST names, and was neither pulled nor pushed. Undefined where
 * the daemon has no image of that name, or has it from a registry.
 *
 * @throws RunError when no daemon answers: the answer decides between overlay and init container, so it must not be guessed.
 */
export function readBuiltImageId(reference: string): string | undefined {
  const { status, stdout, stderr, error } = spawnSync("docker", ["image", "inspect", reference], {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  if (status === 0) {
    const [image] = JSON.parse(stdout) as readonly ImageInspect[];
    return image !== undefined && isBuilt(image) ? image.Id : undefined;
  }
  if (/no such image|image not known/i.test(stderr ?? "")) return undefined;
  const why = new Map([
    ["ETIMEDOUT", `no answer in ${TIMEOUT_MS / 1_000} s`],
    ["ENOENT", "docker is not on PATH"],
  ]).get((error as NodeJS.ErrnoException | undefined)?.code ?? "");
  throw new RunError(
    `cannot ask the Docker daemon whether it has built ${reference}: ${why ?? error?.message ?? stderr.trim()}. ` +
      "Start it, set DOCKER_HOST to a running one, or set imagePullPolicy on the batch: then it is not asked",
  );
}

/**
 * The containerd image store gives every image a digest. Before version 1.53 the API does not say where an image comes from:
 * there one that was built counts as pulled, which costs its pods an init container.
 */
function isBuilt({ Identity, RepoDigests }: ImageInspect): boolean {
  if (Identity) return (Identity.Build ?? []).length > 0 && (Identity.Pull ?? []).length === 0;
  return (RepoDigests ?? []).length === 0;
}
