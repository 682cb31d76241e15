import { capture } from "./capture.ts";
import type { BuiltImage } from "./stackState.ts";

/**
 * Flags with which `pulumi up` builds images again that their Docker daemon no longer has: a kubelet removes unused ones when the disk
 * is almost full, and Pulumi does not notice.
 *
 * @param env - names the daemon, which must respond
 */
export async function replaceLostImages(images: readonly BuiltImage[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const flags = images.map(async ({ urn, name }) => {
    const { exitCode } = await capture("docker", ["image", "inspect", name], env);
    return exitCode === 0 ? [] : ["--replace", urn];
  });
  return (await Promise.all(flags)).flat();
}
