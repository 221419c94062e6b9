import type { ColumnType, Value } from '../../domain/column/column.ts';
import { widen } from '../../domain/column/fit-value.ts';

/** `long`: whole numbers of 64 bits that a double would round. A page says so, a column's declaration need not. */
export type StagedType = ColumnType | 'long';

/** What a page's column needs of the table: its type, and `long` where an integer travels as its digits. */
export function stagedType(type: ColumnType, rows: readonly (readonly Value[])[], place: number): StagedType {
  if (type !== 'integer') return type;
  return rows.some((row) => typeof row[place] === 'string') ? 'long' : type;
}

/** The narrowest type that holds what either holds, without loss. */
export function widenStaged(one: StagedType, other: StagedType): StagedType {
  if (one === other) return one;
  if (one === 'long' || other === 'long') {
    const beside = one === 'long' ? other : one;
    return beside === 'integer' ? 'long' : 'text';
  }
  return widen(one, other);
}

/** The type of the column that holds it. */
export function columnTypeOf(type: StagedType): ColumnType {
  return type === 'long' ? 'integer' : type;
}
