import { ConfigurationError } from '../errors.ts';
import { type Day, isDay } from './date-range.ts';
import { isTimezone, offsetMinutes, type Zone } from './zone.ts';

/**
 * The run's day: the calendar day at an offset, or in a time zone, of the run's instant.
 * @example resolveDay('2026-01-31T22:30:00Z', { utcOffset: '+02:00' }) // '2026-02-01'
 */
export function resolveDay(instant: Date | string, zone: Zone): Day {
  // Not instanceof: a Date may come from outside the sandbox that a workflow runs in.
  const at = typeof instant === 'string' ? parseInstant(instant) : instant.getTime();
  const { utcOffset, timezone } = zone;
  if (utcOffset !== undefined && timezone !== undefined) {
    throw new ConfigurationError(
      `A period has either utcOffset or timezone, not both: got ${utcOffset} and ${timezone}.`,
      { facts: { utcOffset, timezone } },
    );
  }
  return timezone === undefined ? dayAtOffset(at, utcOffset ?? '+00:00') : dayInTimezone(at, timezone);
}

function dayAtOffset(at: number, utcOffset: string): Day {
  const minutes = offsetMinutes(utcOffset);
  if (minutes === undefined) {
    throw new ConfigurationError(`utcOffset: expected ±HH:MM from -12:00 to +14:00, got "${utcOffset}".`, {
      facts: { utcOffset },
    });
  }
  return new Date(at + minutes * 60_000).toISOString().slice(0, 10);
}

/** By Intl with the zone named: dayjs's own time zones go through the machine's and err around clock changes. */
function dayInTimezone(at: number, timezone: string): Day {
  if (!isTimezone(timezone)) {
    throw new ConfigurationError(
      `timezone: expected a name of the IANA database such as Europe/London, got "${timezone}".`,
      { facts: { timezone } },
    );
  }
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

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

/** No place's clock is further from UTC. */
const furthestMs = 15 * 3_600_000;

/** When a day begins in a zone, in milliseconds since 1970; to the second. Not always at midnight: clocks change there as well. */
export function startOfDay(day: Day, zone: Zone): number {
  let before = Date.parse(`${day}T00:00:00Z`) - furthestMs;
  let after = before + 2 * furthestMs;
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000;
    if (resolveDay(new Date(middle), zone) < day) before = middle;
    else after = middle;
  }
  return after;
}
