import type { ColumnType } from '../../domain/column/column.ts';
import type { StagedType } from './staged-type.ts';

/** A column as it stands in the database. */
export interface TableColumn {
  readonly name: string;
  /** As the database declares it. */
  readonly declared: string;
  /** What River takes it for; undefined where it is nothing that River fills. */
  readonly type: ColumnType | undefined;
  /** What it holds without loss. */
  readonly holds: readonly StagedType[];
}

export const everyType: readonly StagedType[] = [
  'integer',
  'long',
  'double',
  'text',
  'boolean',
  'date',
  'timestamp',
];
