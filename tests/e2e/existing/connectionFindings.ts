import { atMost, exactly, type Finding } from "../finding.ts";
import { POOL_SIZE } from "./outsideDatabase.ts";
import type { Session } from "./sessions.ts";

/**
 * How the roles of both stacks have connected to the server: those of `DEPOT` begin with its name, those of `SHOP` with `batch`.
 *
 * @param gateway - the address that PgBouncer connects from; pods connect from those of their nodes
 */
export function connectionFindings(sessions: readonly Session[], gateway: string): Finding[] {
  const remote = sessions.filter(({ host }) => host !== "[local]");
  const pooled = remote.filter(({ user, host }) => user === "depot_worker" && host === gateway);
  const direct = new Set(remote.filter(({ host }) => host !== gateway).map(({ user }) => user));
  const roles = ["batch_worker", "batch_scaler", "shop_admin", "depot_scaler", "depot_admin"];
  return [
    exactly(0, "connections without TLS", remote.filter(({ tls }) => !tls).length),
    exactly(roles.length, "roles that connect directly", roles.filter((role) => direct.has(role)).length),
    exactly(0, "others", [...direct].filter((role) => !roles.includes(role)).length),
    exactly(1, "role through PgBouncer", Number(pooled.length > 0)),
    atMost(POOL_SIZE, "connections for all of its Jobs", pooled.length),
  ];
}
