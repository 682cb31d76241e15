const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** The index of the suffix for units. */
const UNITS = DECIMAL.indexOf("");

/**
 * The form in which Kubernetes writes a quantity: `500m` for `0.5`, `1Gi` for `1024Mi`, `1536Mi` for `1.5Gi`. Forms that it writes
 * differently (with an exponent) stay as they are.
 */
export function canonicalQuantity(text: string): string {
  const [, whole = "", fraction = "", suffix = ""] = /^(\d+)(?:\.(\d+))?([numkMGTPE]|[KMGTPE]i)?$/.exec(text) ?? [];
  if (whole === "") return text;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return "0";
  const power = BINARY.indexOf(suffix);
  if (power <= 0) return decimal(digits, 3 * (DECIMAL.indexOf(suffix) - UNITS) - fraction.length) ?? text;
  const units = digits * 1_024n ** BigInt(power);
  const scale = 10n ** BigInt(fraction.length);
  // Kubernetes writes a part of a unit, and less than 1024 of them, with a decimal suffix.
  if (units % scale !== 0n || units / scale < 1_024n) return decimal(units, -fraction.length) ?? text;
  return binary(units / scale);
}

/** The shortest form of `mantissa` times ten to the power of `exponent`; undefined if there is no suffix for it. */
function decimal(mantissa: bigint, exponent: number): string | undefined {
  let [number, power] = [mantissa, exponent];
  for (; number % 10n === 0n; power++) number /= 10n;
  for (; power % 3 !== 0; power--) number *= 10n;
  const suffix = DECIMAL[power / 3 + UNITS];
  return suffix === undefined ? undefined : `${number}${suffix}`;
}

function binary(units: bigint): string {
  let [number, power] = [units, 0];
  for (; number % 1_024n === 0n && power < BINARY.length - 1; power++) number /= 1_024n;
  return `${number}${BINARY[power]}`;
}
