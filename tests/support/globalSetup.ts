import { cleanEnvironment } from "../../cli/cleanEnvironment.ts";
import { COMPILE_CACHE } from "../../simulator/pod.ts";
import type { Server } from "../../simulator/server.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { connectTo, TEMPLATE_DATABASE } from "./database.ts";
import { startTestServer } from "./testServer.ts";

let server: Server;

/** Starts one server for the whole run, with a migrated template database, and sets the variables by which test files find it. */
export async function globalSetup(): Promise<void> {
  cleanEnvironment(process.env);
  // Hundreds of processes load the same files; compiling them took a tenth of the run.
  process.env.NODE_COMPILE_CACHE = COMPILE_CACHE;
  server = await startTestServer();
  const { host, port, user } = server;
  Object.assign(process.env, { PG_HOST: host, PG_PORT: String(port), PG_USERNAME: user });

  const admin = await connectTo("postgres");
  await admin.query(`create database ${TEMPLATE_DATABASE}`);
  await admin.end();

  const template = await connectTo(TEMPLATE_DATABASE);
  await migrate(template, noopLog);
  // Here, once: roles belong to the server, and test files run concurrently.
  await createRoles(template, { worker: "worker", scaler: "scaler" });
  await template.end();
}

export async function globalTeardown(): Promise<void> {
  await server.stop();
}
