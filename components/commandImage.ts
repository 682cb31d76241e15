import { join, relative } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./contentHash.ts";
import { hostPlatform } from "./hostPlatform.ts";
import { PROJECT_ROOT } from "./projectRoot.ts";
import type { ImageArgs } from "./workerPod.ts";

const DOCKERFILE = "worker/overlay.Dockerfile";

/** A command's image and what is added to it; all are in the Docker daemon that DOCKER_HOST names. */
export interface CommandImageArgs {
  /** The image that contains the command. */
  readonly image: string;
  /** Its id, which changes when it is built again under the same name. */
  readonly imageId: string;
  /** The runner's image. */
  readonly runner: pulumi.Input<ImageArgs>;
  /**
   * `linux/amd64` or `linux/arm64`.
   *
   * @default - this machine's platform
   */
  readonly platform?: string | undefined;
  /**
   * The image is rebuilt when this changes. Pass the uid of the cluster whose node runs the daemon.
   *
   * @default - none
   */
  readonly rebuildTrigger?: pulumi.Input<string>;
}

/** A command's image with the runner added, so that its pods need no init container and claim 0.8 s earlier. */
export class CommandImage extends pulumi.ComponentResource {
  /** The image for a pod. */
  readonly image: pulumi.Output<ImageArgs>;

  constructor(name: string, args: CommandImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:CommandImage", name, {}, opts);
    const runner = pulumi.output(args.runner).reference;
    const tag = runner.apply((reference) => contentHash(PROJECT_ROOT, [DOCKERFILE], [args.imageId, reference]));
    const imageName = pulumi.interpolate`postgres-batch-command-${name}:${tag}`;
    const root = relative(process.cwd(), PROJECT_ROOT) || ".";
    new docker.Image(
      name,
      {
        imageName,
        skipPush: true,
        build: {
          context: root,
          dockerfile: join(root, DOCKERFILE),
          args: { IMAGE: args.image, RUNNER: runner },
          platform: args.platform ?? hostPlatform(),
          builderVersion: docker.BuilderVersion.BuilderBuildKit,
        },
      },
      {
        parent: this,
        retainOnDelete: true,
        ...(args.rebuildTrigger !== undefined && { replacementTrigger: args.rebuildTrigger }),
      },
    );
    this.image = imageName.apply((reference) => ({ reference, pullPolicy: "Never" }));
    this.registerOutputs({ image: this.image });
  }
}
