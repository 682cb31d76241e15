import * as pulumi from "@pulumi/pulumi";
import { WorkerImage } from "../../../../components/workerImage.ts";

const config = new pulumi.Config();
const build = { registry: config.require("registry"), pullRegistry: config.require("pullRegistry") };

export const worker = new WorkerImage("worker", { build }).image.reference;
export const runner = new WorkerImage("runner", { build: { ...build, target: "runner" } }).image.reference;
