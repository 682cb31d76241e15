import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutEmptyValues } from "./emptyValues.ts";

test("removes the values of empty variables in all containers and keeps the others", () => {
  const env = [
    { name: "NODE_OPTIONS", value: "" },
    { name: "MODE", value: "fast" },
    { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: "worker", key: "password" } } },
  ];
  const stripped = [{ name: "NODE_OPTIONS" }, env[1], env[2]];
  assert.deepEqual(withoutEmptyValues({ containers: [{ name: "work", env }], restartPolicy: "Never" }), {
    containers: [{ name: "work", env: stripped }],
    restartPolicy: "Never",
  });
  assert.deepEqual(withoutEmptyValues({ containers: [{ name: "work" }], initContainers: [{ name: "proxy", env }] }), {
    containers: [{ name: "work" }],
    initContainers: [{ name: "proxy", env: stripped }],
  });
});

test("removes empty lists and fields that are false, where Kubernetes does not distinguish them from nothing", () => {
  const mount = { name: "data", mountPath: "/data" };
  const kept = {
    automountServiceAccountToken: false,
    volumes: [{ name: "data", projected: { sources: [] } }],
    containers: [{ name: "work", readinessProbe: { httpGet: { port: 1, httpHeaders: [{ name: "A", value: "" }] } } }],
  };
  const spec = {
    ...kept,
    hostNetwork: false,
    hostAliases: [],
    tolerations: [{ key: "pool", operator: "Exists", value: "" }],
    containers: [{ ...kept.containers[0], tty: false, args: [], volumeMounts: [{ ...mount, readOnly: false }] }],
  };
  assert.deepEqual(withoutEmptyValues(spec), {
    ...kept,
    tolerations: [{ key: "pool", operator: "Exists" }],
    containers: [{ ...kept.containers[0], volumeMounts: [mount] }],
  });
});
