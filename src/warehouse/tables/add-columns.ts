import { setTimeout as pause } from 'node:timers/promises';
import { SchemaConflictError } from '#domain/errors';
import type { Database } from '../database.ts';
import type { Dialect, Tables } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { type ColumnRecord, lockTarget, saveColumnRecords } from '../manifest/targets.ts';
import type { NewColumn } from './plan-layout.ts';

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
 */
export async function addColumns(
  database: Database,
  table: string,
  lacking: (tables: Tables) => Promise<{
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
      return await database.transact(async (tables) => {
        await lockTarget(tables, table);
        const { missing, records } = await lacking(tables);
        if (missing.length > 0) await tables.dialect.limitLockWait(tables, waitMs);
        await refuseTooMany(tables, table, missing.length);
        await refuseFixedTable(tables, table, missing);
        const names = await tables.dialect.readTypeNames(tables, table);
        await alterTable(tables, table, missing, names);
        await saveColumnRecords(tables, table, [...records, ...toRecords(tables, missing, names)]);
      });
    } catch (error) {
      if (!(error instanceof TableInUse)) throw error;
    }
    if (performance.now() - startedAt >= giveUpMs) throw inUse(table);
    await pause(pauseMs, undefined, { signal }).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error;
    });
  }
}

const inUse = (table: string): SchemaConflictError =>
  new SchemaConflictError(
    `A column could not be added to ${table} for the whole of giveUpAfter: another transaction has the table open. ` +
      'End it (pg_stat_activity shows it), then retry the run.',
    { facts: { table } },
  );

/** Throws where a table cannot have so many columns more: a database would say it after the last that fits. */
export async function refuseTooMany(tables: Tables, table: string, more: number): Promise<void> {
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
  tables: Tables,
  table: string,
  missing: readonly NewColumn[],
): Promise<void> {
  if (missing.length === 0) return;
  const { dialect, schemaName } = tables;
  const ban = await dialect.findColumnBan(tables, table);
  if (!ban) return;
  const names = await dialect.readTypeNames(tables, table);
  const place = [...(schemaName === undefined ? [] : [schemaName]), ban.altered].map(quoted).join('.');
  const added = missing.map(({ name, type }) => `add column ${quoted(name)} ${names[type]}`).join(', ');
  throw new SchemaConflictError(
    `The table ${table} lacks ${missing.map(({ name }) => name).join(', ')}, and River may not add columns: ${ban.why}. ` +
      `Run \`alter table ${place} ${added}\`, or give the river another table. Where only fields or values are new, \`drift: ignore\` leaves them out.`,
    { facts: { table, columns: missing.map(({ name }) => name) } },
  );
}

const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

/** What a column is for whose table knows no such type. */
function toRecords({ dialect }: Tables, columns: readonly NewColumn[], names: TypeNames): ColumnRecord[] {
  return columns.flatMap(({ name, type }) =>
    names[type] === dialect.typeNames[type] || type === 'instant'
      ? []
      : [{ part: 'column', source: name, name, madeAs: type }],
  );
}

type TypeNames = Dialect['typeNames'];

async function alterTable(
  tables: Tables,
  table: string,
  columns: readonly NewColumn[],
  names: TypeNames,
): Promise<void> {
  try {
    for (const { name, type } of columns) {
      await tables.query.raw(`alter table ?? add column ?? ${names[type]}`, [
        tables.qualify(table),
        identifier(name),
      ]);
    }
  } catch (error) {
    throw tables.dialect.failures.isLockTimeout(error) ? new TableInUse() : error;
  }
}
