import { creationProblems } from "./creationProblem.ts";
import type { Kubectl } from "./kubectl.ts";
import type { KubernetesEvent, Pod, StatefulSet } from "./kubernetesObject.ts";
import { NewEvents } from "./newEvents.ts";
import { isOutdated } from "./outdatedPod.ts";
import { isOwnPod, podNamespaces } from "./ownPods.ts";
import { podProblem } from "./podProblem.ts";
import { pollUntilEnded } from "./pollUntilEnded.ts";
import type { Problem } from "./problem.ts";
import { problemReport, readLog } from "./problemReport.ts";
import { ProblemTracker } from "./problemTracker.ts";
import { type ScaledJob, scaledJobProblem } from "./scaledJobProblem.ts";
import { isSameObject, type ObjectName, type StackState } from "./stackState.ts";

const POLL_SECONDS = 5;

/** Without the pods of KEDA's Jobs: Pulumi does not wait for them, and their failures are recorded in the database. */
const SELECTOR = "!scaledjob.keda.sh/name";

/** What to watch during `pulumi up`. */
export interface WatchRolloutArgs {
  readonly kubectl: Kubectl;
  /** For how many seconds a pod may fit on no node, since an autoscaler may add one. @default - as `podProblem` */
  readonly podStartSeconds?: number;
  /** Reads what the stack owns by now. */
  readState(): Promise<StackState>;
  /** Ends the watch. */
  readonly ended: AbortSignal;
  print(lines: readonly string[]): void;
  /** Factor for all times, less than 1 in tests. @default 1 */
  readonly timeScale?: number;
}

/**
 * While `pulumi up` runs, prints what keeps the stack's pods and ScaledJobs from becoming ready. Returns the lines about a permanent
 * problem as soon as there is one; undefined if the watch ends before.
 */
export async function watchRollout(args: WatchRolloutArgs): Promise<readonly string[] | undefined> {
  const { kubectl, podStartSeconds, readState, ended, print, timeScale = 1 } = args;
  const tracker = new ProblemTracker(timeScale);
  const newEvents = new NewEvents();
  return await pollUntilEnded(POLL_SECONDS * timeScale, ended, async () => {
    const state = await readState();
    const observed = await Promise.all(
      podNamespaces(state).map((namespace) => observe(kubectl, namespace, state, podStartSeconds)),
    );
    const ofThisUp = observed.flatMap(({ namespace, events }) => newEvents.select(namespace, events));
    // Not those of an earlier ScaledJob of the same name.
    const events = observed
      .flatMap((objects) => objects.events)
      .filter((event) => event.involvedObject?.kind !== "ScaledJob" || ofThisUp.includes(event));
    for (const { broken } of observed) {
      for (const { pod, problem } of broken.filter(({ outdated }) => outdated))
        print(await replace(pod, problem, kubectl));
    }
    const problems = observed.flatMap(({ broken }) => broken.filter(({ outdated }) => !outdated));
    const { report, permanent } = tracker.observe(
      [
        ...problems.map(({ problem }) => problem),
        ...creationProblems(ofThisUp, state),
        ...(await scaledJobProblems(kubectl, state)),
      ],
      performance.now(),
    );
    const toLines = async (problem: Problem) =>
      problemReport(problem, events.filter(concerns(problem)), await readLog(problem, kubectl), kubectl.context);
    for (const problem of report) print(await toLines(problem));
    return permanent === undefined ? undefined : await toLines(permanent);
  });
}

interface BrokenPod {
  readonly pod: Pod;
  readonly problem: Problem;
  /** Whether the pod has an earlier revision and prevents the update of its StatefulSet. */
  readonly outdated: boolean;
}

interface Observed {
  readonly namespace: string;
  readonly broken: readonly BrokenPod[];
  readonly events: readonly KubernetesEvent[];
}

/** The problems in a namespace; none if kubectl gets no answer, in which case Pulumi fails with the reason. */
async function observe(
  kubectl: Kubectl,
  namespace: string,
  state: StackState,
  podStartSeconds: number | undefined,
): Promise<Observed> {
  const kinds = "pods,events,statefulsets";
  const items = (await kubectl.list<Pod | KubernetesEvent | StatefulSet>(kinds, "-n", namespace, "-l", SELECTOR)) ?? [];
  const events = items.filter((item) => item.kind === "Event");
  const statefulSets = items.filter((item) => item.kind === "StatefulSet");
  const broken = items
    .filter((item) => item.kind === "Pod")
    .filter((pod) => isOwnPod(pod, state))
    .flatMap((pod): BrokenPod[] => {
      const problem = podProblem(pod, events.filter(isAbout({ namespace, name: pod.metadata.name })), podStartSeconds);
      if (problem === undefined) return [];
      const outdated = Number.isFinite(problem.limitSeconds) && isOutdated(pod, statefulSets);
      return [{ pod, problem, outdated }];
    });
  return { namespace, broken, events };
}

async function scaledJobProblems(kubectl: Kubectl, { scaledJobs }: StackState): Promise<Problem[]> {
  const namespaces = [...new Set(scaledJobs.map(({ namespace }) => namespace))];
  const found = await Promise.all(
    namespaces.map((namespace) => kubectl.list<ScaledJob>("scaledjobs.keda.sh", "-n", namespace)),
  );
  return found
    .flatMap((items) => items ?? [])
    .filter(({ metadata }) => scaledJobs.some((own) => isSameObject(own, { namespace: "", ...metadata })))
    .flatMap((scaledJob) => scaledJobProblem(scaledJob) ?? []);
}

/** Deletes a pod that Kubernetes itself would not replace with one of the newest revision. */
async function replace(
  { metadata }: Pod,
  { subject, namespace, reason }: Problem,
  kubectl: Kubectl,
): Promise<string[]> {
  const { exitCode, stderr } = await kubectl.run(["delete", "pod", metadata.name, "-n", namespace, "--wait=false"]);
  const why = `is in ${reason} and belongs to an earlier revision of its StatefulSet, which is updated only when it ends`;
  return [exitCode === 0 ? `${subject} ${why}: deleted it` : `${subject} ${why}: cannot delete it: ${stderr.trim()}`];
}

/** Selects the problem's events, including those of volume claims if the pod waits for one. */
function concerns(problem: Problem): (event: KubernetesEvent) => boolean {
  const waitsForVolume = /persistentvolumeclaim/i.test(problem.message);
  return (event) =>
    isAbout(problem)(event) ||
    (waitsForVolume &&
      event.involvedObject?.kind === "PersistentVolumeClaim" &&
      event.involvedObject.namespace === problem.namespace);
}

function isAbout(object: ObjectName): (event: KubernetesEvent) => boolean {
  return ({ involvedObject }) => involvedObject?.namespace === object.namespace && involvedObject.name === object.name;
}
