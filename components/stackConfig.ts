import { RunError } from "@pulumi/pulumi";
import { type NumberRule, parseNumber } from "../worker/src/number.ts";
import { NUMBER_RULES } from "../worker/src/settings.ts";
import { type ChartPin, isChartSource, KEDA_CHART, POSTGRESQL_CHART } from "./charts.ts";
import { isImageReference, isRegistry } from "./imageReference.ts";
import { cpuMillis, memoryMebibytes } from "./quantity.ts";

/** The stack's configuration, checked. Every default is in Pulumi.yaml. */
export type StackConfig = Readonly<Record<NumberKey, number> & Record<TextKey, string>>;

type NumberKey = keyof typeof NUMBER_KEYS;
type TextKey = keyof typeof TEXT_KEYS;

const HISTORY: NumberRule = { min: 0, max: 1_000, why: "each is a Job and its pods, kept by the API server" };

/** The number keys and their limits; the worker's own where it has some. */
export const NUMBER_KEYS = {
  pollingInterval: { min: 1, max: 3_600, why: "KEDA counts whole seconds, and a request waits that long for its Job" },
  maxReplicaCount: { min: 1, max: 80, why: "each Job keeps a connection, and PostgreSQL has 100 for everybody" },
  successfulJobsHistoryLimit: HISTORY,
  failedJobsHistoryLimit: HISTORY,
  backoffLimit: NUMBER_RULES.backoffLimit,
  crashLimit: NUMBER_RULES.crashLimit,
  interruptionLimit: NUMBER_RULES.interruptionLimit,
  // Pulumi's integer, and long enough in whole seconds.
  leaseSeconds: { ...NUMBER_RULES.leaseSeconds, fractions: false },
  requestsPerJob: NUMBER_RULES.requestsPerJob,
  // Kubernetes counts whole seconds.
  graceSeconds: { ...NUMBER_RULES.graceSeconds, fractions: false },
} as const satisfies Record<string, NumberRule>;

interface TextRule {
  readonly valid: (text: string) => boolean;
  readonly allowed: string;
  readonly why: string;
}

function chartRule({ name }: ChartPin): TextRule {
  return {
    valid: (text) => isChartSource(text, name),
    allowed: `the https:// or http:// of a chart repository, an oci:// reference that ends in /${name}, or the path of a .tgz, of a .tar.gz or of a folder with a Chart.yaml`,
    why: "the chart is read from it at every pulumi up; for the URL of a chart's file name its repository, or a local file",
  };
}

const REGISTRY: TextRule = {
  valid: isRegistry,
  allowed:
    "a registry's host, with a port (at most 65535) or a path in lower case where it needs one, and no / at its end",
  why: "the nodes pull from it",
};

/** The text keys and what they may be. */
export const TEXT_KEYS = {
  cpu: {
    valid: (text) => within(cpuMillis(text), 10, 64_000),
    allowed: "a CPU quantity from 10m to 64",
    why: "with less Node.js takes too long to start, and no node has more",
  },
  memory: {
    valid: (text) => within(memoryMebibytes(text), 64, 256 * 1_024),
    allowed: "a memory quantity from 64Mi to 256Gi, in Mi or Gi",
    why: "the worker itself needs some 30 MiB, its handler what the work takes",
  },
  passwordRotation: {
    valid: (text) => /^[\w.:-]{1,64}$/.test(text),
    allowed: "1 to 64 of a-z, A-Z, 0-9, '_', '.', ':' and '-'",
    why: "it is compared with the former one, and new passwords are made when it differs",
  },
  kubernetesContext: {
    valid: (text) => /^\S(.*\S)?$/.test(text),
    allowed: "the name of a context, in one line and without spaces around it (kubectl config get-contexts)",
    why: "no other cluster is touched",
  },
  kedaChart: chartRule(KEDA_CHART),
  kedaImageRegistry: REGISTRY,
  postgresqlChart: chartRule(POSTGRESQL_CHART),
  postgresqlImageRegistry: REGISTRY,
  baseImage: {
    valid: isImageReference,
    allowed:
      "an image's reference: a name in lower case, with a registry before it and one tag or digest after it where it needs them",
    why: "the worker's image is built on it",
  },
} as const satisfies Record<string, TextRule>;

/**
 * Reads and checks every key before anything is created.
 *
 * @throws RunError naming all wrong keys at once: what is allowed, why, and the value got.
 */
export function readStackConfig(get: (key: string) => string | undefined): StackConfig {
  const problems: string[] = [];
  const read: Record<string, number | string> = {};
  for (const [key, rule] of Object.entries<NumberRule>(NUMBER_KEYS)) {
    try {
      read[key] = parseNumber(key, get(key) ?? "", rule);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  for (const [key, { valid, allowed, why }] of Object.entries<TextRule>(TEXT_KEYS)) {
    const text = get(key) ?? "";
    read[key] = text;
    if (!valid(text)) problems.push(`${key} must be ${allowed} (${why}); got ${JSON.stringify(text)}`);
  }
  if (problems.length > 0) {
    throw new RunError(`the stack's configuration (pulumi config set KEY VALUE):\n${problems.join("\n")}`);
  }
  return read as StackConfig;
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
