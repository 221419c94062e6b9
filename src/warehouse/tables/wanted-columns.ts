import { isProvenance } from '../../domain/column/provenance.ts';
import { SchemaConflictError } from '../../domain/errors.ts';
import { columnNameIn, type NameRules, sameName } from '../column-name.ts';
import { type StagedType, widenStaged } from './staged-type.ts';

/** A column that a table should have: its name there, and what it must hold. */
export interface WantedColumn {
  readonly name: string;
  readonly type: StagedType;
}

/**
 * The columns that pages (or a report's declaration) need of a table, by the names they have themselves. What
 * several pages need of one column is put together. Throws where two names would be one column.
 */
export function wantedColumns(
  dialect: NameRules,
  table: string,
  columns: Iterable<WantedColumn>,
): Map<string, WantedColumn> {
  const wanted = new Map<string, WantedColumn>();
  const owners = new Map<string, string>();
  for (const { name, type } of columns) {
    const known = wanted.get(name);
    const inTable = known?.name ?? columnNameIn(dialect, name);
    wanted.set(name, { name: inTable, type: known ? widenStaged(known.type, type) : type });
    const owner = owners.get(sameName(dialect, inTable)) ?? name;
    if (owner !== name || isProvenance(inTable)) throw oneColumn(table, owner, name);
    owners.set(sameName(dialect, inTable), name);
  }
  return wanted;
}

function oneColumn(table: string, one: string, other: string): SchemaConflictError {
  const [what, facts] =
    one === other
      ? [`the column ${other}, which River fills itself`, { table, column: other }]
      : [`both ${one} and ${other}, which are one column there`, { table, columns: [one, other] }];
  return new SchemaConflictError(
    `${table} cannot have ${what}. Give it another name with overrides.columns.`,
    { facts },
  );
}
