import { type Day, isDay } from './day.ts';

/** A time after the day says nothing more about it, nor does its zone: a day is read as it is written. */
const written = /^(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\s*(?:Z|[+-]\d\d:?\d\d)?)?$/i;
/** Milliseconds since 1970, and the zone of the clock that wrote them. */
const dotNet = /^\\?\/Date\((-?\d{1,15})(?:([+-])(\d\d)(\d\d))?\)\\?\/$/i;

/**
 * The day that a value names, however APIs write one; undefined where it names none, such as year 1, by which .NET writes no value.
 * @example readDay('2015-08-13T00:00:00Z') // '2015-08-13'
 * @example readDay('/Date(1439424000000)/') // '2015-08-13'
 */
export function readDay(value: unknown): Day | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const day = written.exec(text)?.[1] ?? dayOfDotNet(text);
  return day !== undefined && isDay(day) ? day : undefined;
}

function dayOfDotNet(text: string): Day | undefined {
  const [, ms, sign, hours, minutes] = dotNet.exec(text) ?? [];
  if (ms === undefined) return undefined;
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000 * (sign === '-' ? -1 : 1);
  const at = new Date(Number(ms) + offset);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString().slice(0, 10);
}
