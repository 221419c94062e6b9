import type { Value } from '../../domain/column/column.ts';
import type { TableColumn } from '../tables/table-column.ts';

/** A value as the driver takes it for this column, so that SQLite keeps it as it is. */
export function binderOf({ declared, type }: TableColumn): (value: Value) => unknown {
  if (declared === '' || declared.includes('blob')) return natural;
  switch (type) {
    case 'integer':
      return (value) => (typeof value === 'string' ? BigInt(value) : natural(value));
    case 'double':
      // A NUMERIC column reads the digits of a long itself, and exactly.
      return /real|floa|doub/.test(declared) ? (value) => (value === null ? null : Number(value)) : natural;
    case 'boolean':
      return (value) => (value === null ? null : Number(value));
    default:
      return (value) => (value === null ? null : String(value));
  }
}

/** The driver itself would write a whole number beyond 32 bits as a double. */
function natural(value: Value): unknown {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}
