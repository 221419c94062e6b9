import { SchemaConflictError } from '../../domain/errors.ts';
import type { Target } from '../../domain/river/target.ts';
import type { Tables } from '../dialect.ts';
import { lockTarget } from '../statements/lock-target.ts';
import { alterTable } from '../tables/alter-table.ts';
import { compareColumns, type Differences } from '../tables/compare-columns.ts';
import type { TableColumn } from '../tables/table-column.ts';
import type { WantedColumn } from '../tables/wanted-columns.ts';

/** The columns of a target that is there. */
export async function readTarget(tables: Tables, table: string): Promise<TableColumn[]> {
  const columns = await tables.dialect.readColumns(tables, table);
  if (columns) return columns;
  throw new SchemaConflictError(`The table ${table} is gone: somebody removed it during the run.`, {
    facts: { table },
  });
}

/** What the target would have to become for these columns, by the river's own rule for what it does not know. */
export async function whatIsLacking(
  tables: Tables,
  { table, drift }: Target,
  wanted: Iterable<WantedColumn>,
): Promise<Differences> {
  const { missing, wider } = compareColumns(tables.dialect, table, await readTarget(tables, table), wanted);
  if (drift === 'fail') refuse(table, { missing, wider });
  return { missing: drift === 'ignore' ? [] : missing, wider };
}

/** Changes the target for columns first seen in an answer: a short transaction of its own, under the target's lock. */
export async function evolveTable(
  tables: Tables,
  target: Target,
  wanted: Iterable<WantedColumn>,
): Promise<void> {
  await lockTarget(tables, target.table);
  await alterTable(tables, target.table, await whatIsLacking(tables, target, wanted));
}

function refuse(table: string, { missing, wider }: Differences): void {
  const [unknown] = missing;
  const [narrow] = wider;
  if (!unknown && !narrow) return;
  const what = unknown
    ? `has no column ${unknown.name}`
    : `keeps ${narrow?.column.name} as ${narrow?.column.declared}, and the answer brings ${narrow?.type}`;
  throw new SchemaConflictError(
    `The table ${table} ${what}, and the river's \`drift: fail\` lets nothing be changed. ` +
      `Change the table, or set drift to evolve or ignore.`,
    { facts: { table, column: unknown?.name ?? narrow?.column.name } },
  );
}
