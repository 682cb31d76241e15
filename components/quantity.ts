/** MiB for each supported suffix. */
const MEBIBYTES = { Mi: 1, Gi: 1_024 } as const;

/** Millicores in a Kubernetes CPU quantity (`100m`, `0.5`, `2`); NaN for anything else. */
export function cpuMillis(text: string): number {
  if (/^\d{1,6}m$/.test(text)) return Number(text.slice(0, -1));
  return /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Math.round(1_000 * Number(text)) : Number.NaN;
}

/** MiB in a Kubernetes memory quantity (`128Mi`, `1.5Gi`); NaN for anything else. */
export function memoryMebibytes(text: string): number {
  const [, number, unit] = /^(\d{1,7}(?:\.\d{1,3})?)(Mi|Gi)$/.exec(text) ?? [];
  return number === undefined ? Number.NaN : Number(number) * MEBIBYTES[unit as keyof typeof MEBIBYTES];
}

const SUFFIXES = { m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 } as const;
const BINARY = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 } as const;
const FACTORS: Readonly<Record<string, number>> = { ...SUFFIXES, ...BINARY };

/** The value of any Kubernetes quantity in units (`500m` is 0.5, `1Ki` is 1024, `2e3` is 2000); NaN for anything else. */
export function quantityValue(text: string): number {
  if (/^\d+(\.\d*)?[eE][+-]?\d+$/.test(text)) return Number(text);
  const [, number, suffix = ""] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  return Number(number) * (FACTORS[suffix] ?? Number.NaN);
}
