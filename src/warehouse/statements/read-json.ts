/** A document of the manifest; undefined where there is none, or what stands there is none. */
export function readJson<T>(text: unknown): T | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    return (JSON.parse(String(text)) as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}
