import type { Value } from '#domain/column/column';

/** What no database holds in a text: NUL, and halves of characters. JSON writes both as escapes. */
const escapes = /\\u(0000|d[89a-f])/;
const unstorable = /\0|\p{Surrogate}/gu;
const replacement = '\uFFFD';

/**
 * A page's rows as JSON text, such that every database reads the same values out of it. A character that cannot
 * be stored becomes U+FFFD, so that its place stays visible; a number that is written with an exponent travels
 * as a string, because databases write exponents in ways of their own.
 */
export const pageText = (rows: readonly (readonly Value[])[]): string => storePage(rows).text;

/** The same, and how many values of each place in a row have such a character. */
export function storePage(rows: readonly (readonly Value[])[]): {
  readonly text: string;
  readonly replaced: ReadonlyMap<number, number>;
} {
  const text = JSON.stringify(rows);
  const replaced = new Map<number, number>();
  if (!escapes.test(text) && !rows.some((row) => row.some(hasExponent))) return { text, replaced };
  const stored = rows.map((row) =>
    row.map((value, place) => {
      const held = storable(value);
      if (typeof value === 'string' && held !== value) replaced.set(place, (replaced.get(place) ?? 0) + 1);
      return held;
    }),
  );
  return { text: JSON.stringify(stored), replaced };
}

/** A text as a database can hold it. */
export function storableText(text: string): string {
  return text.replace(unstorable, replacement);
}

/** A document of the manifest; undefined where there is none, or what stands there is none. */
export function readJson<T>(text: unknown): T | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    return (JSON.parse(String(text)) as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** A day as a database gives it. */
export function dayOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function storable(value: Value): Value {
  if (typeof value === 'string') return storableText(value);
  return hasExponent(value) ? String(value) : value;
}

function hasExponent(value: Value): boolean {
  if (typeof value !== 'number' || value === 0) return false;
  const size = Math.abs(value);
  return size < 1e-6 || size >= 1e21;
}
