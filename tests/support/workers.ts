import { type Pod, startPod } from "../../simulator/pod.ts";
import type { TestDatabase } from "./database.ts";
import { until } from "./until.ts";

/** Claps and the worker processes that run them, on a test's own database. */
export interface Workers {
  insert(durationSeconds: number, failures?: number): Promise<void>;
  /** Starts a pod of a Job. */
  start(jobName: string, env?: NodeJS.ProcessEnv): Pod;
  /** Waits until an attempt with this number runs. */
  running(attempt: number): Promise<unknown>;
  /** Waits until a pod is at work on its request. */
  handlerRunning(pod: Pod): Promise<unknown>;
  /** Kills all remaining pods, including stopped ones. */
  end(): Promise<void>;
}

/** Prepares the workers; the caller must call `end`, since a stopped worker would outlive the test. */
export function createWorkers(database: TestDatabase): Workers {
  const pods = new Set<Pod>();
  return {
    async insert(durationSeconds, failures = 0) {
      const values = [durationSeconds, failures];
      await database.query("insert into make_it_clap (duration_seconds, failures) values ($1, $2)", values);
    },
    start(jobName, env = {}) {
      const pod = startPod(`${jobName}-pod-${pods.size}`, { ...database.env, JOB_NAME: jobName, ...env });
      pods.add(pod);
      return pod;
    },
    running: (attempt) =>
      until(`attempt ${attempt} runs`, async () =>
        (await database.query("select from clap where status = 'RUNNING' and iteration = $1", [attempt])).at(0),
      ),
    handlerRunning: (pod) => until(`the handler of ${pod.name} runs`, () => pod.outputTail().includes('"clapping"')),
    async end() {
      for (const pod of pods) {
        pod.kill("SIGCONT");
        pod.kill("SIGKILL");
      }
      await Promise.all([...pods].map((pod) => pod.ended));
      pods.clear();
    },
  };
}
