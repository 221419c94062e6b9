import type { ColumnType, Value } from './column.ts';
import { exactDouble, exactInteger } from './read-number.ts';

/** A value as it goes into the warehouse, and the narrowest type from the asked one upwards that holds it. */
export interface FittedValue {
  readonly value: Value;
  readonly type: ColumnType;
}

/**
 * Reads a value of an answer as a column's type; where it does not fit, as the next wider one. Never lossy:
 * what would not come back as it was is kept as text. Null and absent fit every type.
 * @example fitValue('12', 'integer') // { value: 12, type: 'integer' }
 * @example fitValue('12.5', 'integer') // { value: 12.5, type: 'double' }
 * @example fitValue('n/a', 'integer') // { value: 'n/a', type: 'text' }
 */
export function fitValue(raw: unknown, type: ColumnType): FittedValue {
  if (raw === null || raw === undefined) return { value: null, type };
  for (let wider = type; ; wider = nextWider[wider]) {
    const value = readAs[wider](raw);
    if (value !== undefined) return { value, type: wider };
  }
}

/** The narrowest type that holds what either holds. */
export function widen(one: ColumnType, other: ColumnType): ColumnType {
  if (one === other) return one;
  const numbers = one === 'integer' || one === 'double';
  return numbers && nextWider[one] === other ? other : nextWider[other] === one ? one : 'text';
}

const nextWider: Readonly<Record<ColumnType, ColumnType>> = {
  integer: 'double',
  double: 'text',
  boolean: 'text',
  date: 'text',
  timestamp: 'text',
  text: 'text',
};

const readAs: Readonly<Record<ColumnType, (raw: unknown) => Value | undefined>> = {
  integer: exactInteger,
  double: exactDouble,
  boolean: readBoolean,
  date: (raw) => (typeof raw === 'string' && isDate(raw) ? raw : undefined),
  timestamp: (raw) => (typeof raw === 'string' && isTimestamp(raw) ? raw : undefined),
  text: readText,
};

function readBoolean(raw: unknown): boolean | undefined {
  if (typeof raw === 'boolean') return raw;
  if (typeof raw !== 'string') return undefined;
  const word = raw.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

function readText(raw: unknown): string {
  if (typeof raw === 'string') return raw;
  if (typeof raw !== 'object') return String(raw);
  return JSON.stringify(raw, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}

const datePattern = /^(\d{4})-(\d\d)-(\d\d)$/;
/** At most six digits of a second: no database keeps more. No zone: a column without one would drop it. */
const timePattern = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$/;

/** By hand and not by dayjs: this runs for every date of every row. */
function isDate(text: string): boolean {
  const match = datePattern.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return year > 0 && day > 0 && day <= daysOfMonth(year, month);
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [0, 31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month] ?? 0;
}

function isTimestamp(text: string): boolean {
  const between = text[10];
  return (
    (between === ' ' || between === 'T') && isDate(text.slice(0, 10)) && timePattern.test(text.slice(11))
  );
}
