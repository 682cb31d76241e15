import type * as pulumi from "@pulumi/pulumi";
import { readBuiltImageId } from "./builtImage.ts";
import { CommandImage, type CommandImageArgs } from "./commandImage.ts";
import type { StackBatch } from "./stackConfig.ts";
import type { WorkerImageArgs } from "./workerImage.ts";

/**
 * The id of a batch's image, if the node's own Docker daemon built both it and this stack's images. Otherwise undefined: images that
 * nodes pull are used unmodified.
 *
 * @param worker - where the images of the stack come from
 * @throws RunError when the daemon does not answer.
 */
export function findBuiltImage(
  { image, imagePullPolicy }: Pick<StackBatch, "image" | "imagePullPolicy">,
  worker: WorkerImageArgs,
): string | undefined {
  const isNodes = worker.build !== undefined && worker.build.registry === undefined;
  // A pull policy means that nodes pull the image.
  return isNodes && image !== undefined && imagePullPolicy === undefined ? readBuiltImageId(image) : undefined;
}

/**
 * The image of a batch's command with the runner added. Undefined without `imageId`: an init container then supplies the runner.
 *
 * @param imageId - the result of `findBuiltImage`
 */
export function overlaidImage(
  { name, image }: Pick<StackBatch, "name" | "image">,
  imageId: string | undefined,
  runner: Omit<CommandImageArgs, "image" | "imageId">,
  opts: pulumi.ComponentResourceOptions,
): CommandImage | undefined {
  if (image === undefined || imageId === undefined) return undefined;
  return new CommandImage(name, { ...runner, image, imageId }, opts);
}
