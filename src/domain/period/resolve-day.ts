import { ConfigurationError } from '../errors.ts';
import type { Day } from './day.ts';
import { parseInstant } from './instant.ts';
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
