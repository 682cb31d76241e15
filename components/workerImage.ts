import { fileURLToPath } from "node:url";
import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./contentHash.ts";

/** What the image is made of: what worker/Dockerfile.dockerignore lets through, and what it is built by. */
export const CONTENT = [
  "worker/Dockerfile",
  "worker/Dockerfile.dockerignore",
  "worker/package.json",
  "worker/package-lock.json",
  "worker/src",
  "sql/migrations",
  "sql/statements",
  "sql/roles.sql",
];

export interface WorkerImageArgs {
  /** The image it is built on, with Node and npm. */
  readonly baseImage: string;
}

/** The worker's image, built into the Docker daemon that DOCKER_HOST names, and never pushed. */
export class WorkerImage extends pulumi.ComponentResource {
  /** The reference for a pod: its tag says what is in it, so that changed content is a changed pod. */
  readonly reference: string;
  /** The uid of kube-system, which tells one cluster from another. */
  readonly clusterUid: pulumi.Output<string>;

  constructor(name: string, { baseImage }: WorkerImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:WorkerImage", name, {}, opts);
    this.reference = `${name}:${imageTag(fileURLToPath(new URL("..", import.meta.url)), baseImage)}`;
    // Docker's provider does not look whether an image is still there: a new cluster is what makes it build again.
    const cluster = k8s.core.v1.Namespace.get(`${name}-cluster`, "kube-system", { parent: this });
    this.clusterUid = cluster.metadata.uid.apply((uid) => uid ?? "");
    new docker.Image(
      name,
      {
        imageName: this.reference,
        skipPush: true,
        build: {
          context: ".",
          dockerfile: "worker/Dockerfile",
          args: { BASE: baseImage },
          platform: `linux/${process.arch === "arm64" ? "arm64" : "amd64"}`,
          builderVersion: docker.BuilderVersion.BuilderBuildKit,
        },
      },
      // Deleting an image does nothing, but would ask for a Docker daemon all the same.
      { parent: this, replacementTrigger: this.clusterUid, retainOnDelete: true },
    );
    this.registerOutputs({ reference: this.reference, clusterUid: this.clusterUid });
  }
}

/** The tag of the image that is built in the checkout `root`. */
export function imageTag(root: string, baseImage: string): string {
  return contentHash(root, CONTENT, [baseImage]);
}
