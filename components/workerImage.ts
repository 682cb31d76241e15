import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./contentHash.ts";
import { hostPlatform } from "./hostPlatform.ts";
import { PROJECT_ROOT } from "./projectRoot.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";
import { withDefaults } from "./withDefaults.ts";
import { DEFAULT_IMAGE, imageNameRule, imageRule } from "./workerImageRules.ts";
import type { ImageArgs } from "./workerPod.ts";

/** Credentials for pushing to a registry. */
export interface RegistryCredentials {
  /** The user name. */
  readonly username: pulumi.Input<string>;
  /** The password, or a token. */
  readonly password: pulumi.Input<string>;
}

/** An image to build with the Docker daemon at DOCKER_HOST. */
export interface ImageBuildArgs {
  /**
   * The base image, with npm and Node.js 22.18 or newer, but not 23.0 to 23.5.
   *
   * @default node:24-bookworm-slim
   */
  readonly baseImage?: string;
  /**
   * The stage of worker/Dockerfile to build: the worker, or `runner` for commands.
   *
   * @default - the worker
   */
  readonly target?: string;
  /**
   * The registry to push to, optionally with a path.
   *
   * @default - not pushed: the node runs the daemon
   */
  readonly registry?: string;
  /**
   * The name of the same registry on nodes.
   *
   * @default - as `registry`
   */
  readonly pullRegistry?: string;
  /**
   * Credentials for the push.
   *
   * @default - those of `docker login`
   */
  readonly credentials?: RegistryCredentials;
  /**
   * `linux/amd64` or `linux/arm64`; the pods of a pushed image run only on nodes of that architecture.
   *
   * @default - this machine's platform
   */
  readonly platform?: string;
}

/** The source of the worker's image: at most one of `build` and `existing`. */
export interface WorkerImageArgs {
  /**
   * Build the image.
   *
   * @default - built by the daemon and not pushed, unless `existing` is set
   */
  readonly build?: ImageBuildArgs;
  /**
   * The reference of an existing image.
   *
   * @default - none
   */
  readonly existing?: pulumi.Input<string>;
  /**
   * An image that is not pushed is rebuilt when this changes. Pass the uid of the cluster whose node runs the daemon.
   *
   * @default - none
   */
  readonly rebuildTrigger?: pulumi.Input<string>;
}

/**
 * The worker's image, whose tag is a hash of its content, so that changed content changes the pods.
 *
 * @throws RunError naming every wrong argument, before anything is built.
 */
export class WorkerImage extends pulumi.ComponentResource {
  /** The image for a pod. */
  readonly image: ImageArgs;
  /** Labels of the nodes that can run it: their architecture if the image is built and pushed, otherwise empty. */
  readonly nodeSelector: { [label: string]: string };

  constructor(name: string, args: WorkerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:WorkerImage", name, {}, opts);
    refuseWrongArgs(`WorkerImage ${name}`, imageRule, args);
    if (args.existing === undefined) refuseWrongArgs(`WorkerImage ${name}`, imageNameRule, { name });
    if (args.existing !== undefined) {
      this.image = { reference: args.existing };
      this.nodeSelector = {};
    } else {
      const build = withDefaults({ ...DEFAULT_IMAGE, platform: hostPlatform() }, args.build);
      this.image = this.#build(name, build, args.rebuildTrigger);
      this.nodeSelector =
        build.registry === undefined ? {} : { "kubernetes.io/arch": build.platform.replace("linux/", "") };
    }
    this.registerOutputs({ image: this.image, nodeSelector: this.nodeSelector });
  }

  #build(
    name: string,
    build: ImageBuildArgs & { readonly baseImage: string; readonly platform: string },
    rebuildTrigger: pulumi.Input<string> | undefined,
  ): ImageArgs {
    const { baseImage, platform, target, registry, pullRegistry = registry, credentials } = build;
    const local = `${name}:${imageTag(PROJECT_ROOT, [baseImage, platform, target ?? ""])}`;
    const context = relative(process.cwd(), PROJECT_ROOT) || ".";
    new docker.Image(
      name,
      {
        imageName: inRegistry(registry, local),
        skipPush: registry === undefined,
        ...(credentials &&
          registry && {
            registry: {
              server: registry.split("/")[0] ?? "",
              username: credentials.username,
              password: pulumi.secret(credentials.password),
            },
          }),
        build: {
          context,
          dockerfile: join(context, "worker/Dockerfile"),
          args: { BASE: baseImage },
          platform,
          ...(target === undefined ? {} : { target }),
          builderVersion: docker.BuilderVersion.BuilderBuildKit,
        },
      },
      {
        parent: this,
        // Deleting an image does nothing, but would still need a Docker daemon.
        retainOnDelete: true,
        // Docker's provider does not notice that an image is missing: it is built again when the cluster is another one.
        ...(registry === undefined && rebuildTrigger !== undefined && { replacementTrigger: rebuildTrigger }),
      },
    );
    // Never: the node's own daemon has the image, so there is nothing to pull.
    return {
      reference: inRegistry(pullRegistry, local),
      pullPolicy: registry === undefined ? "Never" : "IfNotPresent",
    };
  }
}

/** The inputs of the image: the Dockerfile, and the files that worker/Dockerfile.dockerignore admits. */
export function buildInputs(root: string): string[] {
  const ignore = readFileSync(join(root, "worker/Dockerfile.dockerignore"), "utf8");
  const admitted = [...ignore.matchAll(/^!(.+)$/gm)].map(([, path = ""]) => path.trim());
  return ["worker/Dockerfile", "worker/Dockerfile.dockerignore", ...admitted];
}

/** The tag of an image built from the files below `root` and from `more`. */
export function imageTag(root: string, more: readonly string[]): string {
  return contentHash(root, buildInputs(root), more);
}

function inRegistry(registry: string | undefined, image: string): string {
  return registry === undefined ? image : `${registry}/${image}`;
}
