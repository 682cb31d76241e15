import type { NumberRule } from "./number.ts";

interface RetryLimit {
  /** The reason in the history of attempts that count against it. */
  readonly reason: string;
  /** The column of `batch.queue` that counts these attempts. */
  readonly counter: string;
  readonly variable: string;
  /** For docs/settings.md. */
  readonly what: string;
  readonly rule: NumberRule;
  readonly defaultValue: number;
}

/**
 * How many attempts of a request may fail for each reason; one more makes it DEAD. In the order of `p_limits` in
 * `sql/functions/claim.sql`. Settings, claims, the ScaledJob's variables and the model derive their limits from this table.
 */
export const RETRY_LIMITS = {
  backoffLimit: {
    reason: "error",
    counter: "errors",
    variable: "BACKOFF_LIMIT",
    what: "errors allowed per request",
    rule: { min: 0, max: 1_000, why: "retries cost a pod each" },
    defaultValue: 4,
  },
  crashLimit: {
    reason: "crashed",
    counter: "crashes",
    variable: "CRASH_LIMIT",
    what: "crashes allowed per request",
    rule: { min: 0, max: 1_000, why: "each costs a pod, and whatever the work did before it died" },
    defaultValue: 4,
  },
  interruptionLimit: {
    reason: "interrupted",
    counter: "interruptions",
    variable: "INTERRUPTION_LIMIT",
    what: "interruptions allowed per request",
    rule: { min: 0, max: 10_000, why: "the work does not cause drains, but work that never ends costs pods" },
    defaultValue: 100,
  },
  deferralLimit: {
    reason: "deferred",
    counter: "deferrals",
    variable: "DEFERRAL_LIMIT",
    what: "deferrals allowed per request",
    rule: { min: 0, max: 10_000, why: "each costs a pod" },
    defaultValue: 100,
  },
} as const satisfies Record<string, RetryLimit>;

/** The names of the limits, as settings: `backoffLimit`, ... */
export type LimitName = keyof typeof RETRY_LIMITS;

/** How many attempts of a request may end in each way. */
export type RetryLimits = Readonly<Record<LimitName, number>>;

/** The names in the order in which statements take the limits. */
export const LIMIT_NAMES = Object.keys(RETRY_LIMITS) as readonly LimitName[];

/** The column of `batch.queue` that counts the attempts of a limit. */
export type Counter = (typeof RETRY_LIMITS)[LimitName]["counter"];

/** The counters in the order of LIMIT_NAMES. */
export const COUNTERS: readonly Counter[] = LIMIT_NAMES.map((name) => RETRY_LIMITS[name].counter);

/** The reason of an attempt that took longer than `timeoutSeconds`; batch.reap() records the same. */
export const TIMEOUT_REASON = "error";

/** The limit that attempts with this reason count against. */
export function getLimitName(reason: (typeof RETRY_LIMITS)[LimitName]["reason"]): LimitName {
  const name = LIMIT_NAMES.find((each) => RETRY_LIMITS[each].reason === reason);
  if (name === undefined) throw new RangeError(`the reason must be one of RETRY_LIMITS; got ${reason}`);
  return name;
}

/** One value for each limit. */
export function mapLimits<T>(toValue: (name: LimitName) => T): Record<LimitName, T> {
  return Object.fromEntries(LIMIT_NAMES.map((name) => [name, toValue(name)])) as Record<LimitName, T>;
}

/** The limits of a request if none are configured. */
export const DEFAULT_LIMITS: RetryLimits = mapLimits((name) => RETRY_LIMITS[name].defaultValue);
