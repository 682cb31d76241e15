import { posix } from "node:path";
import { resourceProblems } from "./resourcesRule.ts";
import { findTwice, isLater, isObject, isText, toFields, toObjects } from "./rule.ts";

type Part = Readonly<Record<string, unknown>>;

const HANDLERS = ["exec", "grpc", "httpGet", "tcpSocket"];

/** The fields of a container that are probes. */
export const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];

/**
 * What Kubernetes refuses in the containers of a pod, each field of which is right by itself.
 *
 * @param at - the path of the patch
 * @param spec - the pod after its patch, with the variables of the work
 */
export function* containerProblems(at: string, spec: Part): Iterable<string> {
  for (const list of ["containers", "initContainers"])
    for (const [index, container] of toObjects(spec[list]).entries()) {
      const path = `${at}.${list}[${index}]`;
      yield* variableProblems(path, container);
      yield* securityProblems(path, container, toFields(spec.securityContext));
      const { restartPolicy } = container;
      if (list === "initContainers" && restartPolicy !== "Always" && !isLater(restartPolicy))
        yield* runningProblems(path, container);
      yield* probeProblems(path, container);
      // The work's depend on the settings cpu and memory.
      if (list === "initContainers") yield* resourceProblems(`${path}.resources`, toFields(container.resources));
      yield* mountProblems(`${path}.volumeMounts`, container);
    }
}

function* variableProblems(path: string, { env, envFrom }: Part): Iterable<string> {
  for (const { name, value, valueFrom } of toObjects(env)) {
    const at = `${path}.env must give ${name} one source`;
    // A patch is merged: a variable keeps its value when it gets another source.
    if (isObject(valueFrom) && value !== undefined && value !== "")
      yield `${at} (Kubernetes' rule; "value: null" removes the other); got value and valueFrom`;
    else if (isObject(valueFrom)) yield* oneOf(at, valueFrom);
  }
  for (const source of toObjects(envFrom)) {
    const { prefix: _, ...sources } = source;
    yield* oneOf(`${path}.envFrom must give each element one source`, sources);
  }
}

/** Only a profile of the node has a name. */
export function* profileProblems(path: string, securityContext: unknown): Iterable<string> {
  for (const field of ["seccompProfile", "appArmorProfile"]) {
    const { type, localhostProfile } = toFields(toFields(securityContext)[field]);
    if (isText(type) && !isLater(localhostProfile) && (type === "Localhost") !== Boolean(localhostProfile))
      yield `${path}.securityContext.${field}.localhostProfile must be set with the type Localhost, and with no other (Kubernetes' rule); got ${localhostProfile ? type : "nothing"}`;
  }
}

function* securityProblems(path: string, { securityContext }: Part, pod: Part): Iterable<string> {
  yield* profileProblems(path, securityContext);
  const own = toFields(securityContext);
  const { runAsUser, runAsNonRoot } = { ...pod, ...own };
  if (own.privileged === true && own.allowPrivilegeEscalation === false)
    yield `${path}.securityContext.allowPrivilegeEscalation must be true with privileged (Kubernetes' rule); got false`;
  if (runAsUser === 0 && runAsNonRoot === true)
    yield `${path}.securityContext.runAsNonRoot must be false with runAsUser 0 (no node would start the container); got true`;
}

/** A container that ends before the work starts has nothing for one that runs. */
function* runningProblems(path: string, container: Part): Iterable<string> {
  for (const name of [...PROBES, "lifecycle"])
    if (isObject(container[name]))
      yield `${path}.restartPolicy must be Always with ${name} (other init containers have no probes and hooks); got ${JSON.stringify(container.restartPolicy) ?? "nothing"}`;
}

function* probeProblems(path: string, container: Part): Iterable<string> {
  for (const name of PROBES) {
    const probe = container[name];
    if (!isObject(probe)) continue;
    const handlers = Object.fromEntries(HANDLERS.map((handler) => [handler, probe[handler]]));
    yield* oneOf(`${path}.${name} must have one of ${HANDLERS.join(", ")}`, handlers);
  }
}

function* mountProblems(path: string, { volumeMounts }: Part): Iterable<string> {
  const paths = toObjects(volumeMounts)
    .map(({ mountPath }) => mountPath)
    .filter(isText);
  const wrong = paths.find((mountPath) => !/^\/[^:]*$/.test(mountPath));
  if (wrong !== undefined)
    yield `${path} must have absolute paths without : (Kubernetes' rule); got ${JSON.stringify(wrong)}`;
  const twice = findTwice(paths.map((mountPath) => posix.resolve("/", mountPath)));
  if (twice !== undefined)
    yield `${path} must have different paths (one would hide the other); got ${JSON.stringify(twice)} twice`;
}

/** One of the fields is set. */
function* oneOf(what: string, fields: Part): Iterable<string> {
  const given = Object.keys(fields).filter((key) => fields[key] !== undefined && fields[key] !== null);
  if (given.length !== 1) yield `${what} (Kubernetes' rule); got ${given.join(" and ") || "none"}`;
}
