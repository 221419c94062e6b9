import { isDeepStrictEqual } from 'node:util';
import { Secret } from '#domain/secret';

/** Whether two settings say the same, their secrets included: a file that was only touched changes nothing. */
export function sameSetting(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(revealed(one), revealed(other));
}

function revealed(value: unknown): unknown {
  if (value instanceof Secret) return revealed(value.reveal());
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revealed(part)]));
}
