import { isLongNumber } from './long-number.ts';
import { exactDecimal } from './read-number.ts';
import type { TableType } from './table-type.ts';

/** What the values of a field are that no report declares; `nothing`: only null and `""`. */
export type FieldKind = 'nothing' | 'numbers' | 'booleans' | 'texts';

/** Of one value. Text stays text even where it looks like a number: the API wrote it as text. */
export function kindOf(raw: unknown): FieldKind {
  if (raw === null || raw === undefined || raw === '') return 'nothing';
  if (typeof raw === 'boolean') return 'booleans';
  const number = isLongNumber(raw) ? raw.rawJSON : raw;
  const isNumber = typeof raw === 'number' || isLongNumber(raw);
  return isNumber && exactDecimal(number, null, null) !== undefined ? 'numbers' : 'texts';
}

/** Of values of both kinds. */
export function joinKinds(one: FieldKind, other: FieldKind): FieldKind {
  if (one === other || other === 'nothing') return one;
  return one === 'nothing' ? other : 'texts';
}

/** Whether every value of this kind, kept as text, is a value of the column: then none has to be looked at. */
export function holdsEvery(type: TableType, kind: FieldKind): boolean {
  if (kind === 'nothing') return true;
  if (type.kind === 'text') return type.length === null && !type.padded;
  if (type.kind === 'any') return true;
  if (kind === 'numbers') return type.kind === 'numeric' && type.precision === null;
  return kind === 'booleans' && type.kind === 'boolean';
}
