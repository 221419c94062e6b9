import { ConfigurationError } from '../errors.ts';
import { isDay } from './day.ts';

const instantPattern =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):?[0-5]\d)$/;

/** An instant in ISO 8601, in milliseconds since 1970. It must say its offset: the machine's time zone has no say. */
export function parseInstant(text: string): number {
  const day = instantPattern.exec(text)?.[1];
  if (day === undefined || !isDay(day)) {
    throw new ConfigurationError(
      `"${text}" is no instant: write it with its offset, such as 2026-01-31T10:00:00Z or 2026-01-31T12:00:00+02:00.`,
      { facts: { instant: text } },
    );
  }
  return Date.parse(text);
}
