import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSessions } from "./sessions.ts";

test("sessions are read from the server's log, with their address, role, and use of TLS", () => {
  const log = `[local] LOG:  connection authorized: user=postgres database=postgres application_name=psql
192.0.2.3 LOG:  connection received: host=192.0.2.3 port=41122
192.0.2.3 LOG:  connection authenticated: identity="shop_worker" method=scram-sha-256 (/tmp/hba.conf:2)
192.0.2.3 LOG:  connection authorized: user=shop_worker database=shop application_name=postgres-batch SSL enabled (protocol=TLSv1.3, cipher=TLS_AES_256_GCM_SHA384, bits=256)
192.0.2.3 ERROR:  LOG:  connection authorized: user=x database=y
`;
  assert.deepEqual(parseSessions(log), [
    { host: "[local]", user: "postgres", database: "postgres", tls: false },
    { host: "192.0.2.3", user: "shop_worker", database: "shop", tls: true },
  ]);
});
