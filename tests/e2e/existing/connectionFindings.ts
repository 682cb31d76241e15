import { atMost, exactly, type Limit } from "../../support/limit.ts";
import { POOL_SIZE } from "./outsideDatabase.ts";
import type { Session } from "./sessions.ts";

/**
 * How the roles of both stacks connected to the server: the names of `DEPOT`'s begin with its name, those of `SHOP`'s with `batch`.
 *
 * @param nodes - the addresses of the nodes, which pods connect from; PgBouncer connects from this machine
 */
export function connectionFindings(sessions: readonly Session[], nodes: readonly string[]): Limit[] {
  const remote = sessions.filter(({ host }) => host !== "[local]");
  const pooled = remote.filter(({ user, host }) => user === "depot_worker" && !nodes.includes(host));
  const direct = new Set(remote.filter(({ host }) => nodes.includes(host)).map(({ user }) => user));
  const roles = ["batch_worker", "batch_scaler", "shop_admin", "depot_scaler", "depot_admin"];
  return [
    exactly(0, "connections without TLS", remote.filter(({ tls }) => !tls).length),
    exactly(roles.length, "roles that connect directly", roles.filter((role) => direct.has(role)).length),
    exactly(0, "others", [...direct].filter((role) => !roles.includes(role)).length),
    exactly(1, "role through PgBouncer", Number(pooled.length > 0)),
    atMost(POOL_SIZE, "connections for all of its Jobs", pooled.length),
  ];
}
