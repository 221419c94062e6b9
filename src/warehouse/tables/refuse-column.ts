import type { provenanceColumns } from '#domain/column/column';
import type { TableColumn, TableType } from '#domain/column/table-type';
import { SchemaConflictError } from '#domain/errors';
import { sameName } from '../column-name.ts';
import type { Both } from '../dialect.ts';
import { readColumnRecordsIfAny } from '../manifest/targets.ts';

/** No row of River's would ever be taken by a column that must have a value and gets none. */
export async function refuseUnfilled(
  { books, target }: Both,
  table: string,
  columns: readonly TableColumn[],
  filledByRiver: readonly string[],
): Promise<void> {
  const { dialect } = target;
  const records = await readColumnRecordsIfAny(books, table);
  const filled = new Set(
    [...filledByRiver, ...records.flatMap(({ part, name }) => (part === 'field' ? [name] : []))].map((name) =>
      sameName(dialect, name),
    ),
  );
  const unfilled = columns.find(({ name, isRequired }) => isRequired && !filled.has(sameName(dialect, name)));
  if (!unfilled) return;
  const { name: column, declared } = unfilled;
  throw new SchemaConflictError(
    `${table}.${column} may not be null and has no default, and the river does not fill it. ` +
      'Let it be null, give it a default, or give the river another table.',
    { facts: { table, column, declared } },
  );
}

/** The day by which rows are replaced: where it had to go beside its column, they would never be found again. */
export function refuseNoDays(table: string, column: TableColumn): void {
  const { type, name, declared } = column;
  if (!type || mayBearDays(column)) return;
  throw new SchemaConflictError(
    `${table}.${name} is ${declared}, which holds no days, and the river replaces its rows by this column. ` +
      'Change the column to date, or give the river another table.',
    { facts: { table, column: name, declared } },
  );
}

export function mayBearDays({ type }: TableColumn): boolean {
  if (type?.kind === 'number') return type.texts === true;
  if (type?.kind === 'text') return type.length === null || type.length >= 'YYYY-MM-DD'.length;
  return type?.kind === 'date' || type?.kind === 'timestamp' || type?.kind === 'any';
}

type Provenance = (typeof provenanceColumns)[number];

/** What every row carries must go into its column whole. */
export function refuseProvenance(table: string, name: Provenance, column: TableColumn): void {
  if (holdsProvenance(name, column)) return;
  throw unfit(table, column, name === '_loaded_at' ? 'a timestamp with time zone (SQLite: text)' : 'text');
}

const hashLength = 64;

/** A hash of a part of the key has no other place to go to, and each is as long. */
export function refuseNarrowHash(table: string, column: TableColumn): void {
  const { type } = column;
  if (!type || holdsText(type, hashLength) || (type.kind === 'number' && type.texts)) return;
  throw unfit(table, column, 'text');
}

const unfit = (table: string, { name, declared }: TableColumn, wanted: string): SchemaConflictError =>
  new SchemaConflictError(
    `${table}.${name} is ${declared}, which does not hold what River writes there. ` +
      `Change the column to ${wanted}, or give the river another table.`,
    { facts: { table, column: name, declared } },
  );

const holdsText = (type: TableType, length: number): boolean =>
  type.kind === 'any' || (type.kind === 'text' && (type.length === null || type.length >= length));

/** The name of the river itself stands in each of its rows. */
export function refuseShortRiver(table: string, column: TableColumn | undefined, river: string): void {
  if (column?.type?.kind !== 'text' || column.type.length === null) return;
  if (column.type.length >= [...river].length) return;
  const { name, declared } = column;
  throw new SchemaConflictError(
    `${table}.${name} is ${declared}, which is shorter than the name of the river ${river}. ` +
      'Change the column to text, or give the river another table.',
    { facts: { table, column: name, declared, river } },
  );
}

function holdsProvenance(name: Provenance, { type }: TableColumn): boolean {
  if (!type) return false;
  return holdsText(type, provenanceLengths[name]) || (name === '_loaded_at' && type.kind === 'timestamp');
}

/** How many characters of it River writes; 0 where only the river's own name says it. */
const provenanceLengths: Readonly<Record<Provenance, number>> = {
  _river: 0,
  _run_id: '00000000-0000-0000-0000-000000000000'.length,
  _chunk: 'YYYY-MM-DD/YYYY-MM-DD'.length,
  _loaded_at: 'YYYY-MM-DD HH:MM:SS.mmm+00'.length,
};
