import type { Day } from './date-range.ts';

/** A day, or a day and a time of it, as it was written. */
interface Moment {
  readonly date: string;
  /** Null for a bare day. */
  readonly time: { readonly hour: string; readonly minute: string; readonly second: string } | null;
  /** What stands between day and time. */
  readonly between: string;
  readonly fraction: string;
  /** Null where no zone is given. */
  readonly offsetMinutes: number | null;
}

const written =
  /^(\d{4}-\d\d-\d\d)(?:([Tt ])(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?: ?([Zz]|[+-]\d\d(?::?\d\d)?))?)?$/;
/** .NET's own way: milliseconds since 1970 in UTC, and the zone they were written in. */
const dotNet = /^\/Date\((-?\d{1,15})([+-]\d{4})?\)\/$/;
/** .NET's year for "no date". */
const noYear = '0001';
const microseconds = 6;

/**
 * The day that a value names, whatever time stands beside it; undefined where it names none, such as year 1, by which .NET
 * writes "no date".
 * @example namedDay('2015-08-13T10:30:00Z') // '2015-08-13'
 * @example namedDay('/Date(1439424000000)/') // '2015-08-13'
 */
export function namedDay(value: unknown): Day | undefined {
  if (typeof value !== 'string') return undefined;
  // A text that is no JSON keeps the backslashes that JSON allows before a slash.
  const text = value.trim().replaceAll('\\/', '/');
  const moment = dotNet.test(text) ? readDotNet(text)[0] : readMoment(text);
  return moment && !isNoDate(moment) ? moment.date : undefined;
}

/** A day as it is written: a midnight is dropped with its zone. Null for year 0001; undefined where it is no day. */
export function readDay(text: string): string | null | undefined {
  const moments = dotNet.test(text) ? readDotNet(text) : [readMoment(text)];
  if (moments.some(isNoDate)) return null;
  return moments.find((moment) => moment && (isMidnight(moment) || isLastMoment(moment)))?.date;
}

/**
 * A time with at most so many digits of a second. With a zone it is turned to UTC, without one it stays as it came; a
 * bare day is its midnight. Null for year 0001; undefined where it is no time or would be rounded.
 */
export function readTime(text: string, digits: number): string | null | undefined {
  const moment = dotNet.test(text) ? readDotNet(text).at(-1) : readMoment(text);
  if (!moment) return undefined;
  if (isNoDate(moment)) return null;
  const { date, time, between, offsetMinutes } = moment;
  if (!time) return `${date} 00:00:00`;
  const kept = moment.fraction.slice(0, microseconds);
  if (/[^0]/.test(kept.slice(digits))) return undefined;
  const fraction = kept === '' || digits === 0 ? '' : `.${kept.slice(0, digits)}`;
  const clock = `${time.hour}:${time.minute}:${time.second}`;
  if (!offsetMinutes) return `${date}${between}${clock}${fraction}`;
  const shifted = dayAndClock(Date.parse(`${date}T${clock}Z`) - offsetMinutes * 60_000);
  return shifted && `${shifted.date}${between}${shifted.clock}${fraction}`;
}

function readMoment(text: string): Moment | undefined {
  const [, date, between = ' ', hour, minute = '00', second = '00', fraction = '', zone] =
    written.exec(text) ?? [];
  if (date === undefined || !isDay(date)) return undefined;
  if (hour === undefined) return { date, time: null, between, fraction, offsetMinutes: null };
  if (hour > '23' || minute > '59' || second > '59') return undefined;
  const offsetMinutes = zone === undefined ? null : parseOffset(zone);
  if (offsetMinutes !== null && Math.abs(offsetMinutes) >= 24 * 60) return undefined;
  return {
    date,
    time: { hour, minute, second },
    between: between.toUpperCase(),
    fraction,
    offsetMinutes,
  };
}

/** The moment where it was written, then in UTC. */
function readDotNet(text: string): (Moment | undefined)[] {
  const [, digits, zone] = dotNet.exec(text) ?? [];
  const ms = Number(digits);
  return (zone === undefined ? [0] : [parseOffset(zone), 0]).map((offset) => {
    const at = dayAndClock(ms + offset * 60_000);
    if (!at) return undefined;
    const [hour = '', minute = '', second = ''] = at.clock.split(':');
    const part = ((ms % 1000) + 1000) % 1000;
    const fraction = part === 0 ? '' : String(part).padStart(3, '0');
    return { date: at.date, time: { hour, minute, second }, between: ' ', fraction, offsetMinutes: null };
  });
}

function parseOffset(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0);
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Undefined outside of the years that have four digits. */
function dayAndClock(ms: number): { date: string; clock: string } | undefined {
  const instant = new Date(ms);
  if (Number.isNaN(instant.getTime())) return undefined;
  const text = instant.toISOString();
  if (text.startsWith('+') || text.startsWith('-') || text.startsWith('0000')) return undefined;
  return { date: text.slice(0, 10), clock: text.slice(11, 19) };
}

const isNoDate = (moment: Moment | undefined): boolean => moment?.date.startsWith(noYear) === true;

function isMidnight({ time, fraction }: Moment): boolean {
  if (!time) return true;
  return time.hour === '00' && time.minute === '00' && time.second === '00' && !/[^0]/.test(fraction);
}

/** .NET's and SQL Server's word for "never ends". */
function isLastMoment({ date, time, fraction }: Moment): boolean {
  const clock = time && `${time.hour}:${time.minute}:${time.second}`;
  return date === '9999-12-31' && clock === '23:59:59' && /^(9*|9970*)$/.test(fraction);
}

/** By hand and not by dayjs: this runs for every date of every row. */
function isDay(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))];
  return year > 0 && day > 0 && day <= lastDayOfMonth(year, month);
}

function lastDayOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [0, 31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month] ?? 0;
}
