import { addDays, type Day } from './date-range.ts';

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
 * Whether a text is the name of a time zone as IANA spells it. Intl alone is too kind: it takes `europe/london`
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
