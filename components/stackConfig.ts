import { existsSync } from "node:fs";
import { RunError } from "@pulumi/pulumi";
import { type NumberRule, parseNumber } from "../worker/src/number.ts";
import { NUMBER_RULES } from "../worker/src/settings.ts";
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

const CHART: TextRule = {
  valid: (text) => /^(https?|oci):\/\/\S+$/.test(text) || (!text.includes("://") && existsSync(text)),
  allowed: "the https:// of a chart repository, an oci:// reference, or the path of a chart that is there",
  why: "the chart is read from it at every pulumi up",
};

const REGISTRY: TextRule = {
  valid: (text) => /^[a-zA-Z0-9.-]+(:\d+)?(\/[a-z0-9._/-]+)?$/.test(text),
  allowed: "a registry's host, with a port or a path where it needs one",
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
    valid: (text) => /^\S+$/.test(text),
    allowed: "the name of a context (kubectl config get-contexts)",
    why: "no other cluster is touched",
  },
  kedaChart: CHART,
  kedaImageRegistry: REGISTRY,
  postgresqlChart: CHART,
  postgresqlImageRegistry: REGISTRY,
  baseImage: {
    valid: (text) => /^\w[\w.-]*(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(text),
    allowed: "an image's reference",
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
