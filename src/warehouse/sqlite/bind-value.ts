import type { Value } from '#domain/column/column';
import { exactDouble, exactInteger } from '#domain/column/read-number';
import type { Filled } from '../commit/insert-job.ts';

/** A value as the driver takes it for this column, so that SQLite keeps it as it is. */
export function binderOf({ column: { type }, asText }: Filled): (value: Value) => unknown {
  const bind = binders[type?.kind ?? 'any'] ?? text;
  if (asText === undefined || type?.kind === 'text') return bind;
  if (type?.kind === 'any') return asText === 'numbers' ? digits : asText === 'booleans' ? boolean : natural;
  return (value) => (value === '' ? null : bind(value));
}

const binders: Readonly<Record<string, (value: Value) => unknown>> = {
  integer: (value) => (typeof value === 'string' ? BigInt(value) : natural(value)),
  double: (value) => (value === null ? null : Number(value)),
  // A column of numeric affinity reads the digits of a long itself, and exactly.
  number: natural,
  numeric: digits,
  boolean,
  any: natural,
};

/** The driver itself would write a whole number as a double, which a column without a type keeps. */
function natural(value: Value): unknown {
  if (typeof value === 'boolean') return BigInt(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** A number where one holds it, else its digits. */
function digits(value: Value): unknown {
  if (value === null || value === '') return null;
  const whole = exactInteger(value);
  return whole === undefined ? (exactDouble(value) ?? String(value)) : BigInt(whole);
}

function boolean(value: Value): unknown {
  return value === null || value === '' ? null : BigInt(value === true || value === 'true');
}

function text(value: Value): unknown {
  return value === null ? null : String(value);
}
