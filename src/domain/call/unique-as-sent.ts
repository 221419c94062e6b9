/** Each value once, as it reaches the API: 7 and "7" are one call. */
export function uniqueAsSent<T extends number | string>(values: readonly T[]): T[] {
  const sent = new Set<string>();
  return values.filter((value) => !sent.has(String(value)) && sent.add(String(value)));
}
