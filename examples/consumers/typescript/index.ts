import * as pulumi from "@pulumi/pulumi";
import { BatchScaledJob, Keda, Postgres, SchemaMigration } from "postgres-batch";

const config = new pulumi.Config();
const admin = { user: config.require("user"), password: config.requireSecret("password") };
const images = { image: { reference: config.require("image") }, runner: { reference: config.require("runner") } };

const keda = new Keda("keda", { existing: { namespace: "keda" } });
const existing = {
  host: config.require("host"),
  database: config.require("database"),
  admin,
  tls: { ca: config.require("ca") },
};
const postgres = new Postgres("postgres", { namespace: "pages", existing });
const { namespace, address: database, worker, scaler } = postgres;
const shared = { namespace, database, worker, scaler };
const attach = [{ kind: "page", table: "pages" }];
const schema = new SchemaMigration(
  "schema",
  { ...shared, image: images.image, admin: postgres.admin, attach },
  { dependsOn: [keda, postgres] },
);
const pages = new BatchScaledJob(
  "pages",
  { ...shared, kind: "page", image: { reference: "busybox:1" }, command: ["sh", "-c", "cat"], runner: images.runner },
  { dependsOn: [keda, schema] },
);
export const job = pages.job;
