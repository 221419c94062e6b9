const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `15s`, `10m`, `6h`, `2d`; a bare `0` as well. */
export const durationPattern = /^(0|\d{1,9}(?:\.\d{1,3})?(s|m|h|d))$/;

/** A duration as the configuration file writes it, in milliseconds. The text must match `durationPattern`. */
export function durationMs(text: string): number {
  const match = durationPattern.exec(text);
  if (!match) throw new RangeError(`not a duration: ${text}`);
  const unit = match[2] as keyof typeof unitMs | undefined;
  return unit === undefined ? 0 : Math.round(Number.parseFloat(text) * unitMs[unit]);
}

/** A duration as a person writes it, in the largest unit that it is a whole number of. */
export function durationText(ms: number): string {
  const units = Object.entries(unitMs).reverse();
  const [unit, size] = units.find(([, each]) => ms >= each && ms % each === 0) ?? ['s', unitMs.s];
  return ms === 0 ? '0' : `${ms / size}${unit}`;
}
