import { setTimeout as pause } from 'node:timers/promises';
import { SchemaConflictError } from '#domain/errors';
import { lockTable, transactOnTable } from '../commit/change-target.ts';
import type { Databases } from '../databases.ts';
import type { Both, Dialect, Targets } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { type ColumnRecord, saveColumnRecords } from '../manifest/targets.ts';
import type { NewColumn } from './plan-layout.ts';
import { quoted } from './write-statement.ts';

/** How long others may have to wait because of a column, and how long they are then let pass. */
export interface LockPatience {
  readonly waitMs: number;
  readonly pauseMs: number;
  /** After so long the column is given up; left out: it is waited for. */
  readonly giveUpMs?: number;
}

/** A reader that comes just after has its answer within five seconds: the wait, the way back and its own time. */
export const lockPatience: LockPatience = { waitMs: 3_500, pauseMs: 30_000 };

/** Another session has read the table in a transaction that has not ended. */
class TableInUse extends Error {}

/**
 * Adds what the table lacks, in a short transaction of its own under the target's lock. A new column needs the whole table for
 * a moment: everybody who comes after waits behind it, so it gives up after a few seconds, lets them pass, and tries again.
 * What the columns are for is recorded before they are there: a record without its column is made good by the next who looks, and a
 * column without its record would be taken for another one.
 */
export async function addColumns(
  databases: Databases,
  table: string,
  lacking: (both: Both) => Promise<{
    readonly missing: readonly NewColumn[];
    readonly records: readonly ColumnRecord[];
  }>,
  { waitMs, pauseMs, giveUpMs = Number.POSITIVE_INFINITY }: LockPatience,
  signal?: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    try {
      const missing = await recordColumns(databases, table, lacking);
      if (missing.length === 0) return;
      return await transactOnTable(databases, table, (turn) =>
        lockTable(turn, table, async (both) => {
          const { target } = both;
          const { missing } = await lacking(both);
          if (missing.length > 0) await target.dialect.limitLockWait(target, waitMs);
          await alterTable(target, table, missing, await target.dialect.readTypeNames(target, table));
        }),
      );
    } catch (error) {
      if (!(error instanceof TableInUse)) throw error;
    }
    if (performance.now() - startedAt >= giveUpMs) throw inUse(table);
    await pause(pauseMs, undefined, { signal }).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error;
    });
  }
}

/** Which columns they are. */
async function recordColumns(
  databases: Databases,
  table: string,
  lacking: Parameters<typeof addColumns>[2],
): Promise<readonly NewColumn[]> {
  return transactOnTable(databases, table, (turn) =>
    lockTable(turn, table, async (both) => {
      const { books, target } = both;
      const { missing, records } = await lacking(both);
      await refuseTooMany(target, table, missing.length);
      await refuseFixedTable(target, table, missing);
      const names = await target.dialect.readTypeNames(target, table);
      await saveColumnRecords(books, table, [...records, ...toRecords(target, missing, names, records)]);
      return missing;
    }),
  );
}

const inUse = (table: string): SchemaConflictError =>
  new SchemaConflictError(
    `A column could not be added to ${table} for the whole of giveUpAfter: another transaction has the table open. ` +
      'End it (pg_stat_activity shows it), then retry the run.',
    { facts: { table } },
  );

/** Throws where a table cannot have so many columns more: a database would say it after the last that fits. */
export async function refuseTooMany(tables: Targets, table: string, more: number): Promise<void> {
  const { columnsAtMost } = tables.dialect;
  if (more === 0) return;
  const used = await tables.dialect.countColumns(tables, table);
  if (used + more <= columnsAtMost) return;
  throw new SchemaConflictError(
    `The table ${table} has ${used} columns and ${more} more are to be added, but it can have ${columnsAtMost} at most. ` +
      'Set drift to ignore, or give the river another table.',
    { facts: { table, columns: used, more, columnsAtMost } },
  );
}

/** Throws where River may not add columns to a table, with the statement that a person has to run. */
export async function refuseFixedTable(
  tables: Targets,
  table: string,
  missing: readonly NewColumn[],
): Promise<void> {
  if (missing.length === 0) return;
  const { dialect, schemaName } = tables;
  const ban = await dialect.findColumnBan(tables, table);
  if (!ban) return;
  const names = await dialect.readTypeNames(tables, table);
  const place = [...(schemaName === undefined ? [] : [schemaName]), ban.altered].map(quoted).join('.');
  const added = missing
    .map((column) => `add column ${quoted(column.name)} ${declare(dialect, names, column)}`)
    .join(', ');
  throw new SchemaConflictError(
    `The table ${table} lacks ${missing.map(({ name }) => name).join(', ')}, and River may not add columns: ${ban.why}. ` +
      `Run \`alter table ${place} ${added}\`, or give the river another table. Where only fields or values are new, \`drift: ignore\` leaves them out.`,
    { facts: { table, columns: missing.map(({ name }) => name) } },
  );
}

/** What a column is for whose table knows no such type, or whose declaration does not say it. */
export function toRecords(
  { dialect }: Targets,
  columns: readonly NewColumn[],
  names: TypeNames,
  recorded: readonly ColumnRecord[] = [],
): ColumnRecord[] {
  return columns.flatMap(({ name, type }) =>
    (names[type] === dialect.typeNames[type] && names[type] !== '') ||
    type === 'instant' ||
    recorded.some((record) => record.name === name)
      ? []
      : [{ part: 'column', source: name, name, madeAs: type }],
  );
}

type TypeNames = Dialect['typeNames'];

const declare = (dialect: Dialect, names: TypeNames, { type, digits }: NewColumn): string =>
  (type === 'numeric' && digits && dialect.declareNumeric?.(digits)) || names[type];

/** So that a statement stays far below the length that a warehouse takes, however long the names are. */
const columnsAtOnce = 100;

async function alterTable(
  tables: Targets,
  table: string,
  columns: readonly NewColumn[],
  names: TypeNames,
): Promise<void> {
  try {
    const between = tables.dialect.betweenColumns?.(tables);
    const atOnce = between === undefined ? 1 : columnsAtOnce;
    for (let at = 0; at < columns.length; at += atOnce) {
      const some = columns.slice(at, at + atOnce);
      const added = some.map((column) => `?? ${declare(tables.dialect, names, column)}`).join(between);
      await tables.query.raw(`alter table ?? add column ${added}`, [
        tables.qualify(table),
        ...some.map(({ name }) => identifier(name)),
      ]);
    }
  } catch (error) {
    throw tables.dialect.failures.isLockTimeout(error) ? new TableInUse() : error;
  }
}
