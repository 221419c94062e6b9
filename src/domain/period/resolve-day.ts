import { ConfigurationError } from '../errors.ts';
import { addDays, type Day, isDay } from './date-range.ts';

/** Where days begin and end: an offset from UTC or an IANA time zone, not both. */
export interface Zone {
  /** `±HH:MM`, from −12:00 to +14:00. */
  readonly utcOffset?: string | undefined;
  /** `Europe/London`. */
  readonly timezone?: string | undefined;
}

/** The zone of a river's days: its period's, else its schedule's, else UTC; the same for runs started by hand. */
export function resolveZone(period: Zone | undefined, schedule: Pick<Zone, 'timezone'> | undefined): Zone {
  if (period?.utcOffset !== undefined && period.timezone !== undefined) {
    return { utcOffset: period.utcOffset, timezone: period.timezone };
  }
  if (period?.utcOffset !== undefined) return { utcOffset: period.utcOffset };
  const timezone = period?.timezone ?? schedule?.timezone;
  return timezone === undefined ? { utcOffset: '+00:00' } : { timezone };
}

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

/** An instant in ISO 8601, in milliseconds since 1970. It must give its offset: the machine's time zone does not matter. */
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

/** No time zone is further from UTC. */
const furthestMs = 15 * 3_600_000;

/** When a day begins in a zone, in milliseconds since 1970; to the second. Not always at midnight: in some zones the clocks change then. */
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

/** Whether a text is an offset that a place on Earth may have: `±HH:MM`, from −12:00 to +14:00. */
export function isUtcOffset(text: string): boolean {
  return offsetMinutes(text) !== undefined;
}

/** `+05:45` is 345; undefined where the text is no offset. */
export function offsetMinutes(text: string): number | undefined {
  const match = /^([+-])(\d{2}):([0-5]\d)$/.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  const signed = match[1] === '-' && minutes > 0 ? -minutes : minutes;
  return signed >= -12 * 60 && signed <= 14 * 60 ? signed : undefined;
}

/**
 * Whether a text is the name of a time zone as IANA spells it. Intl alone is too lenient: it takes `europe/london`
 * and `+02:00`, which Temporal's schedules refuse, and reads `BST` as Dhaka's time.
 */
export function isTimezone(text: string): boolean {
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)+$/.test(text)) return namesWithoutRegion.has(text);
  if (text.startsWith('SystemV/')) return false;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    // A link (US/Eastern) resolves to another name; the same name must be spelled the same.
    return known === text || known.toLowerCase() !== text.toLowerCase();
  } catch {
    return false;
  }
}

/** The names of IANA's database that have no region before them. */
const namesWithoutRegion: ReadonlySet<string> = new Set(
  (
    'UTC GMT UCT Zulu Universal Greenwich GMT0 GMT+0 GMT-0 WET CET MET EET EST MST HST EST5EDT CST6CDT MST7MDT ' +
    'PST8PDT Cuba Egypt Eire GB GB-Eire Hongkong Iceland Iran Israel Jamaica Japan Kwajalein Libya NZ NZ-CHAT ' +
    'Navajo PRC Poland Portugal ROC ROK Singapore Turkey W-SU'
  ).split(' '),
);

/** The days, in UTC, within which the clocks of a time zone change, among the `count` days from `first` on. */
export function clockChanges(timezone: string, first: Day, count: number): Day[] {
  const format = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
  const offsetAt = (day: Day) =>
    format.formatToParts(Date.parse(`${day}T00:00:00Z`)).find(({ type }) => type === 'timeZoneName')?.value;
  const days = Array.from({ length: count }, (_, at) => addDays(first, at));
  return days.filter((day) => offsetAt(day) !== offsetAt(addDays(day, 1)));
}
