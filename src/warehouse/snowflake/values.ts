/** Names and values on their way to Snowflake and from it. */

import type { Column, RowStatement } from 'snowflake-sdk';
import type { Row } from '../dialect.ts';

const upper = (text: string): string => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/**
 * River's names are Snowflake's as they are written without quotes: `customer_id` stands there as CUSTOMER_ID. A name with lower-case
 * letters, which somebody has made with quotes, is another one; it keeps its quotes here.
 */
export const fromStored = (stored: string): string => (/[a-z]/.test(stored) ? `"${stored}"` : lower(stored));

export const toStored = (name: string): string => (/^".*"$/s.test(name) ? name.slice(1, -1) : upper(name));

export const quoteName = (name: string): string => `"${toStored(name).replaceAll('"', '""')}"`;

/** As the other databases give it: days and times as texts, digits that no number holds as well. */
export function toRows(statement: RowStatement, rows: readonly Row[] = []): Row[] {
  const columns = (statement.getColumns() ?? []).map((column) => {
    const name = column.getName();
    return { column, name, as: /[a-z]/.test(name) ? name : lower(name) };
  });
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ column, name, as }) => [as, toValue(row[name], column)])),
  );
}

type Told = Pick<Column, 'isNumber' | 'getType' | 'isTimestampNtz'>;

/** The driver is told to give numbers as texts. */
export function toValue(value: unknown, column: Told): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return toTime(value, column);
  if (column.isNumber() && typeof value === 'string') return toNumber(value, column.getType() === 'real');
  return typeof value === 'object' && !Buffer.isBuffer(value) ? JSON.stringify(value) : value;
}

function toNumber(text: string, isDouble: boolean): number | string {
  if (isDouble) return Number(text);
  const digits = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return String(Number(digits)) === digits ? Number(digits) : digits;
}

/** A day; a time without a zone as the other databases write it; an instant in UTC. */
function toTime(date: Date & { getNanoSeconds?(): number }, column: Told): string {
  const [day = '', clock = ''] = date.toISOString().slice(0, -5).split('T');
  if (column.getType() === 'date') return day;
  const digits = String(date.getNanoSeconds?.() ?? date.getMilliseconds() * 1e6).padStart(9, '0');
  const kept = digits.replace(/0+$/, '');
  const time = kept === '' ? clock : `${clock}.${kept}`;
  return column.isTimestampNtz() ? `${day} ${time}` : `${day}T${time}Z`;
}
