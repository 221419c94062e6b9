import { provenanceColumns } from '#domain/column/column';
import { describeColumn, provenanceComments } from '#domain/column/column-comment';
import type { TableShape } from '#domain/column/river-table';
import { ConfigurationError } from '#domain/errors';
import { columnFinder, shortHash } from '../column-name.ts';
import { lockTable, transactOnTable } from '../commit/change-target.ts';
import type { Databases } from '../databases.ts';
import type { Books, Both, Targets } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { deleteDaysOfTable } from '../manifest/days.ts';
import { refuseOtherBooks } from '../manifest/loads.ts';
import { deleteColumnRecords, isMadeByRiver, markMade, saveColumnRecords } from '../manifest/targets.ts';
import { addColumns, type LockPatience, refuseTooMany, toRecords } from './add-columns.ts';
import { refuseTable, type TableToFill } from './refuse-table.ts';
import { findLacking, nothing, planDeclared, readTableOfOthers } from './table-of-others.ts';
import { writeCreateTable } from './write-statement.ts';

/**
 * Makes the target with its declared columns, or adds those that one lacks that is there. No column that is there is
 * changed. A table that a person has made is taken where River can fill its columns.
 */
export async function completeTable(
  databases: Databases,
  toFill: TableToFill,
  patience: LockPatience,
  signal?: AbortSignal,
): Promise<void> {
  const { river, shape } = toFill;
  const { table } = river.target;
  const found = await transactOnTable(databases, table, (turn) =>
    lockTable(turn, table, async (both) => {
      const { books, target } = both;
      // Where they are apart, whoever locks the table looks.
      if (!databases.areApart) await refuseOtherBooks(both, [table]);
      await forgetReplaced(both, table);
      const state = await readTableOfOthers(both, table, shape);
      if (!state) {
        // Noted first: what is noted of a table that is not there yet does no harm.
        const columns = findLacking(target, table, nothing, shape);
        await refuseTooMany(target, table, columns.length);
        await beginAnew(books, table, true);
        await saveColumnRecords(books, table, toRecords(target, columns, target.dialect.typeNames));
        return 'missing';
      }
      const { lacking } = await refuseTable(both, toFill, state);
      return lacking.length === 0 && state.found.length === 0 ? 'complete' : 'incomplete';
    }),
  );
  if (found === 'missing') await createTable(databases, table, shape);
  if (found !== 'incomplete') return;
  await addColumns(
    databases,
    table,
    async (both) => {
      const state = (await readTableOfOthers(both, table, shape)) ?? nothing;
      return { missing: findLacking(both.target, table, state, shape), records: state.found };
    },
    patience,
    signal,
  );
}

const inTable = (tables: Targets, table: string, { columns }: TableShape, name: string): string =>
  planDeclared(tables, table, nothing, columns).columns.get(name)?.name ?? name;

async function createTable(databases: Databases, table: string, shape: TableShape): Promise<void> {
  await transactOnTable(databases, table, (turn) =>
    lockTable(turn, table, async ({ target }) => {
      const { dialect } = target;
      if (await dialect.hasTable(target, table)) return;
      await refuseCreatingTable(target, table, shape);
      const columns = findLacking(target, table, nothing, shape);
      const comments = listComments(target, table, shape);
      const isDeclared = shape.columns.some(({ name }) => name === shape.dayColumn);
      const day =
        shape.dayColumn !== null && isDeclared ? inTable(target, table, shape, shape.dayColumn) : null;
      const key = (shape.mergeKey ?? []).map((name) => inTable(target, table, shape, name));
      if (dialect.makeTable) {
        const { about } = shape;
        await dialect.makeTable(target, table, { columns, about, comments, dayColumn: day, key });
        return;
      }
      await target.schema().createTable(identifier(table), (create) => {
        for (const { name, type } of columns) create.specificType(identifier(name), dialect.typeNames[type]);
      });
      await dialect.commentOn?.(target, table, shape.about, comments);
      if (day !== null) await indexRows(target, table, 'river_days_of_', [day, provenanceColumns[0]]);
      if (key.length > 0 && !(key.length === 1 && key[0] === day))
        await indexRows(target, table, 'river_key_of_', [provenanceColumns[0], ...key]);
    }),
  );
}

/** Where River may make no table, a person may make this one for it. */
async function refuseCreatingTable(target: Targets, table: string, shape: TableShape): Promise<void> {
  try {
    await target.dialect.refuseCreating(target);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const columns = findLacking(target, table, nothing, shape);
    throw new ConfigurationError(
      `${error.message} Or make the table for it: \`${writeCreateTable(target, table, columns)}\`.`,
      { facts: { ...error.facts, table } },
    );
  }
}

/** What the manifest knows of a table goes with the table. */
async function beginAnew(books: Books, table: string, madeByRiver: boolean): Promise<void> {
  await markMade(books, table, madeByRiver);
  await deleteDaysOfTable(books, table);
  await deleteColumnRecords(books, table);
}

/** A table that knows no rivers, where River had made one, was made by something else since. */
async function forgetReplaced({ books, target }: Both, table: string): Promise<void> {
  if (!(await isMadeByRiver(books, table))) return;
  const columns = await target.dialect.readColumns(target, table);
  if (columns && !columnFinder(target.dialect, columns)('_river')) await beginAnew(books, table, false);
}

/** By the columns' names in the table. */
function listComments(tables: Targets, table: string, shape: TableShape): Map<string, string> {
  const declared = shape.columns.map(
    (column) => [inTable(tables, table, shape, column.name), describeColumn(column)] as const,
  );
  return new Map([...declared, ...Object.entries(provenanceComments)]);
}

/**
 * What a commit looks for: this river's rows of these days, or of this key. That of the days is led by the day, so that it serves a
 * person's query by day alone as well. Only where the table is new: no other session can use it yet.
 */
async function indexRows(
  tables: Targets,
  table: string,
  prefix: string,
  columns: readonly string[],
): Promise<void> {
  await tables.query.raw(`create index if not exists ?? on ?? (${columns.map(() => '??').join(', ')})`, [
    prefix + shortHash([table, ...columns].join('/')),
    tables.qualify(table),
    ...columns.map(identifier),
  ]);
}
