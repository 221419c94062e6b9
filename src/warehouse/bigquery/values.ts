/** Values on their way to BigQuery, as parameters, and from it. */

import { type Primitive, toPrimitive } from '../cloud/script-text.ts';
import type { Row } from '../dialect.ts';

/** The parameters of a statement that is a query of its own. A text becomes a day or a time where it is compared with one. */
export function toParameters(bindings: readonly unknown[]): { params?: unknown[]; types?: string[] } {
  if (bindings.length === 0) return {};
  const params = bindings.map(toPrimitive);
  return { params, types: params.map(toTypeName) };
}

function toTypeName(value: Primitive): string {
  if (typeof value === 'boolean') return 'BOOL';
  if (typeof value === 'bigint') return 'INT64';
  if (typeof value === 'number') return Number.isInteger(value) ? 'INT64' : 'FLOAT64';
  return 'STRING';
}

/** A name. No table or column of BigQuery's has a question mark, which Knex would take for a place. */
export const quoteName = (name: string): string =>
  `\`${name.replace(/[\\`]/g, '\\$&').replaceAll('?', '\\u003f')}\``;

/** As the other databases give it: days and times as texts, digits that no number holds as well. */
export const toRow = (row: Readonly<Record<string, unknown>>): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toValue(value)]));

function toValue(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return value;
  if ('value' in value) return toPlainTime(String(value.value));
  // Decimal digits.
  if ('toFixed' in value) return (value as { toFixed(): string }).toFixed();
  return Array.isArray(value) ? value.map(toValue) : value;
}

/** A time without a zone as the other databases write it; an instant and a day stay as they are. */
const toPlainTime = (text: string): string =>
  text.replace(
    /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?$/,
    (_all, day: string, time: string, digits = '') => {
      const kept = digits.replace(/0+$/, '');
      return `${day} ${time}${kept === '' ? '' : `.${kept}`}`;
    },
  );

export function readNumberOfRows(response: unknown): number {
  const { numDmlAffectedRows } = (response ?? {}) as { numDmlAffectedRows?: unknown };
  return numDmlAffectedRows === undefined ? Number.NaN : Number(numDmlAffectedRows);
}
