import { capture } from "./capture.ts";
import { FailedError } from "./failedError.ts";
import { configFileArgs, configFlag } from "./pulumiArgs.ts";
import type { Session } from "./session.ts";

/** Where the nodes get the worker's image: from the daemon that builds it, from a registry that it is pushed to, or an existing image. */
export type ImageSource = "daemon" | "registry" | "existing";

/** Reads the stack's key `image` from the command line, else from its settings. */
export async function readImageSource({ stack, pulumiArgs, env }: Session): Promise<ImageSource> {
  const args = ["config", "get", "image", "--stack", stack, ...configFileArgs(pulumiArgs)];
  const { exitCode, stdout, stderr } = await capture("pulumi", args, env);
  if (exitCode !== 0) throw new FailedError(`cannot read the key image of the stack ${stack}: ${stderr.trim()}`);
  return parseImageSource(pulumiArgs, stdout);
}

/** @param configured - the stack's setting as JSON; the Pulumi program validates it */
export function parseImageSource(pulumiArgs: readonly string[], configured: string): ImageSource {
  const image = parseObject(configFlag(pulumiArgs, "image") ?? configured);
  if (configFlag(pulumiArgs, "image.existing") ?? image.existing) return "existing";
  return configFlag(pulumiArgs, "image.build.registry") || image.build?.registry ? "registry" : "daemon";
}

interface ImageConfig {
  readonly existing?: string;
  readonly build?: { readonly registry?: string };
}

function parseObject(json: string): ImageConfig {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}
