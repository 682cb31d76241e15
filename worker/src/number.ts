/** Validation rule for a number from outside. */
export interface NumberRule {
  readonly min: number;
  readonly max: number;
  /** Fractions are refused unless true. */
  readonly fractions?: boolean;
  /** Why these limits; part of the message. */
  readonly why: string;
}

/**
 * Parses a number as a person writes it: `40`, `0.5`; no sign but `-`, no exponent, no unit.
 *
 * @throws RangeError naming what is allowed, why, and what it got.
 */
export function parseNumber(name: string, text: string, rule: NumberRule): number {
  const written = rule.fractions ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  const value = written.test(text) ? Number(text) : Number.NaN;
  if (value >= rule.min && value <= rule.max) return value;
  const form = rule.fractions ? "a number" : "a whole number";
  throw new RangeError(
    `${name} must be ${form} from ${rule.min} to ${rule.max} (${rule.why}); got ${JSON.stringify(text)}`,
  );
}
