import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./contentHash.ts";
import { PROJECT_ROOT } from "./projectRoot.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";
import { DEFAULT_IMAGE, imageRule } from "./workerImageRules.ts";
import type { ImageArgs } from "./workerPod.ts";

/** Who may push to a registry. */
export interface RegistryCredentials {
  /** The user name. */
  readonly username: pulumi.Input<string>;
  /** The password, or a token. */
  readonly password: pulumi.Input<string>;
}

/** An image that is built by the Docker daemon that DOCKER_HOST names. */
export interface ImageBuildArgs {
  /**
   * The image it is built on, with Node.js 22.18 or newer and npm.
   *
   * @default node:24-bookworm-slim
   */
  readonly baseImage?: string;
  /**
   * The stage of worker/Dockerfile that it is: the worker, or `runner`, which commands need.
   *
   * @default - the worker
   */
  readonly target?: string;
  /**
   * The registry that it is pushed to, with a path where it needs one.
   *
   * @default - not pushed: the daemon is the node's own
   */
  readonly registry?: string;
  /**
   * The name of the same registry on nodes.
   *
   * @default - as `registry`
   */
  readonly pullRegistry?: string;
  /**
   * Who may push.
   *
   * @default - as `docker login` has it
   */
  readonly credentials?: RegistryCredentials;
  /**
   * `linux/amd64` or `linux/arm64`; the pods of a pushed image run on nodes of that architecture.
   *
   * @default - that of this machine
   */
  readonly platform?: string;
}

/** Where the worker's image comes from: one of `build` and `existing`. */
export interface WorkerImageArgs {
  /**
   * Build it.
   *
   * @default - built into the daemon, where `existing` is not given
   */
  readonly build?: ImageBuildArgs;
  /**
   * The reference of an existing image.
   *
   * @default - none
   */
  readonly existing?: string;
  /**
   * When it changes, an image that is not pushed is built again: the uid of the cluster whose node has the daemon.
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
  /** Labels of the nodes that can run it; empty where every node can. */
  readonly nodeSelector: { [label: string]: string };

  constructor(name: string, args: WorkerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:WorkerImage", name, {}, opts);
    refuseWrongArgs(`WorkerImage ${name}`, imageRule, args);
    if (args.existing !== undefined) {
      this.image = { reference: args.existing };
      this.nodeSelector = {};
    } else {
      const build = { ...DEFAULT_IMAGE, platform: hostPlatform(), ...args.build };
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
        ...(credentials && registry && { registry: { server: registry.split("/")[0] ?? "", ...credentials } }),
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
        // Deleting an image does nothing, but would need a Docker daemon all the same.
        retainOnDelete: true,
        // Docker's provider does not notice that an image is missing: it is built again when the cluster is another one.
        ...(registry === undefined && rebuildTrigger !== undefined && { replacementTrigger: rebuildTrigger }),
      },
    );
    // Never: nothing is to be pulled when the daemon is the node's own.
    return {
      reference: inRegistry(pullRegistry, local),
      pullPolicy: registry === undefined ? "Never" : "IfNotPresent",
    };
  }
}

/** What the image is made of: what worker/Dockerfile.dockerignore admits, and what builds it. */
export function buildInputs(root: string): string[] {
  const ignore = readFileSync(join(root, "worker/Dockerfile.dockerignore"), "utf8");
  const admitted = [...ignore.matchAll(/^!(.+)$/gm)].map(([, path = ""]) => path.trim());
  return ["worker/Dockerfile", "worker/Dockerfile.dockerignore", ...admitted];
}

/** The tag of the image that is built from the files below `root` and from `more`. */
export function imageTag(root: string, more: readonly string[]): string {
  return contentHash(root, buildInputs(root), more);
}

function inRegistry(registry: string | undefined, image: string): string {
  return registry === undefined ? image : `${registry}/${image}`;
}

/** The platform that an image of this machine's daemon is for. */
export function hostPlatform(): string {
  return `linux/${process.arch === "arm64" ? "arm64" : "amd64"}`;
}
