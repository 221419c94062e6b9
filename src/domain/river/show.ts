import type { Path } from './path.ts';

/** Longer text is cut in a message. */
const shownAtMost = 60;

/** Says what came. The configuration file's own never shows a secret, whatever the path. */
export type Show = (path: Path, value: unknown) => string;

/** A value as a message quotes it: text in quotes, what is made of parts by its kind only. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') {
    return JSON.stringify(value.length > shownAtMost ? `${value.slice(0, shownAtMost)}…` : value);
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a map of keys';
  return String(value);
}

export const showPlain: Show = (_path, value) => showValue(value);
