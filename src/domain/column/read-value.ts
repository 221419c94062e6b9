import { readDay, readTime } from '../period/read-moment.ts';
import type { Value } from './column.ts';
import { exactDecimal, exactDouble, exactInteger, exactReal, isLongNumber } from './read-number.ts';
import type { TableType } from './table-type.ts';

/** .NET's words for what is not a number. */
const noNumbers: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

/**
 * Reads a value of an answer as what a table's column holds; undefined where it does not fit or would be cut or
 * rounded. Nothing is lost but the digits of a second beyond microseconds.
 * @example readValue('', { kind: 'integer', bits: 64 }) // null
 * @example readValue('7.5', { kind: 'integer', bits: 64 }) // undefined
 * @example readValue('2014-12-03T00:00:00', { kind: 'date' }) // '2014-12-03'
 */
export function readValue(raw: unknown, type: TableType): Value | undefined {
  if (raw === null || raw === undefined) return null;
  if (type.kind === 'text') return fittingText(toText(raw), type);
  if (type.kind === 'any') return asItCame(raw);
  if (type.kind === 'number' && type.texts) return staysAsItIs(raw);
  if (raw === '') return null;
  const given = isLongNumber(raw) ? raw.rawJSON : raw;
  switch (type.kind) {
    case 'boolean':
      return readBoolean(toPlain(raw));
    case 'uuid':
      return typeof given === 'string' && uuid.test(given) ? given : undefined;
    case 'date':
      return typeof given === 'string' ? readDay(given) : undefined;
    case 'timestamp':
      return typeof given === 'string' ? readTime(given, type.digits) : undefined;
    default:
      return noNumbers.has(given) ? null : readNumber(raw, type);
  }
}

/** With its dashes and in no braces; its letters are the same in capitals. */
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** A value; a whole number as a number, however it was written: 12.0 and 1.2e1 are 12. */
export function toPlain(raw: unknown): unknown {
  if (!isLongNumber(raw)) return raw;
  const number = exactDouble(raw.rawJSON);
  // -0 is 0.
  return Number.isSafeInteger(number) ? Number(number) + 0 : raw.rawJSON;
}

/** A value as text, exactly as it came: a number's digits, the JSON of an object or a list. */
export function toText(raw: unknown): string {
  if (typeof raw === 'string') return raw;
  if (isLongNumber(raw)) return raw.rawJSON;
  return typeof raw === 'object' ? JSON.stringify(raw) : String(raw);
}

function fittingText(
  text: string,
  { length, padded }: Extract<TableType, { kind: 'text' }>,
): string | undefined {
  if (padded && text.endsWith(' ')) return undefined;
  // No text has more characters than units of UTF-16.
  if (length === null || text.length <= length) return text;
  return [...text].length <= length ? text : undefined;
}

function asItCame(raw: unknown): Value {
  return typeof raw === 'number' || typeof raw === 'boolean' ? raw : toText(raw);
}

/** How SQLite recognises a number in a text, which it then keeps as one. */
const looksLikeNumber = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/** A value that a column of numeric affinity gives back as it came; undefined where it would become another number. */
function staysAsItIs(raw: unknown): Value | undefined {
  if (typeof raw === 'boolean') return raw;
  if (typeof raw === 'number' || isLongNumber(raw)) return readNumber(raw, { kind: 'number' });
  const text = toText(raw);
  if (!looksLikeNumber.test(text)) return text;
  const number = exactInteger(text) ?? exactDouble(text);
  return String(number) === text ? number : undefined;
}

function readNumber(
  raw: unknown,
  type: Extract<TableType, { kind: 'integer' | 'numeric' | 'number' | 'double' | 'real' }>,
): Value | undefined {
  const given = isLongNumber(raw) ? raw.rawJSON : raw;
  switch (type.kind) {
    case 'integer':
      return exactInteger(toPlain(raw), type.bits);
    case 'numeric':
      return exactDecimal(given, type.precision, type.scale);
    case 'number':
      return exactInteger(toPlain(raw)) ?? exactDouble(given);
    case 'double':
      return exactDouble(given);
    case 'real':
      return exactReal(given);
  }
}

function readBoolean(given: unknown): boolean | undefined {
  if (typeof given === 'boolean') return given;
  if (given === 1 || given === '1') return true;
  if (given === 0 || given === '0') return false;
  if (typeof given !== 'string') return undefined;
  const word = given.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** The delimiters that the API has used between attribute values; the first that gives the right number of values is taken. */
const delimiters = [';', ','];

/**
 * The values of the asked customer attributes, in the asked order: they come as an array or as one delimited
 * text. Undefined where there are more or fewer of them: then they cannot be told apart.
 */
export function readAttributes(raw: unknown, asked: number): readonly unknown[] | undefined {
  if (Array.isArray(raw)) return raw.length === asked || raw.length === 0 ? raw : undefined;
  if (asked === 1) return [raw];
  if (raw === '') return [];
  if (typeof raw !== 'string') return undefined;
  return delimiters.map((delimiter) => raw.split(delimiter)).find((values) => values.length === asked);
}
