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
