/**
 * What manifest and tables say of the same rivers, read in one transaction that sees one instant: `river verify` holds the one against
 * the other.
 */

import { findDayColumn } from '#domain/call/scope';
import { findReport } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import { findStoredDayColumn } from '#domain/column/river-table';
import type { TableColumn } from '#domain/column/table-type';
import { SchemaConflictError } from '#domain/errors';
import { effectiveReport } from '#domain/river/overrides';
import type { River } from '#domain/river/river';
import type { StoredRun } from '#domain/run/stored-run';
import type { RowsOfRun, TargetSnapshot } from '#domain/verify/verification';
import { sameTable } from '../column-name.ts';
import { catchUp, lockTable } from '../commit/change-target.ts';
import type { Databases } from '../databases.ts';
import type { Both, Row, Targets } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { declaredFinder } from '../tables/declared-columns.ts';
import { dayText } from '../tables/target-rows.ts';
import { readForgottenDays, readLoadedRows } from './days.ts';
import { listClaimed, readUnmarked } from './loads.ts';
import { readLoadedWholes, readOpenRetries, readRequestedDays, readRunsOfRiver } from './run-history.ts';
import { listTargets, lockTarget, readColumnRecords, readMadeAt, readReplaced } from './targets.ts';

/** Of every river, or of one, table by table. */
export async function readManifestSnapshot(databases: Databases, river?: string): Promise<TargetSnapshot[]> {
  // A chunk that is committed meanwhile is in both, or in neither.
  return seeStill(databases, async (both) => {
    const runs = await readRunsOfRiver(both.books, river);
    const snapshot: TargetSnapshot[] = [];
    for (const { name, table } of await readTargets(both, runs, river)) {
      const key = toKey(both, name, table);
      const ofTarget = runs.filter((run) => toKey(both, run.river.name, run.river.target.table) === key);
      snapshot.push(await readTarget(both, name, table, ofTarget));
    }
    return snapshot;
  });
}

/** Somebody is between a commit in the target and its mark in the books, or was killed there. */
class Unmarked extends Error {
  readonly tables: readonly string[];

  constructor(tables: readonly string[]) {
    super(`what was done in ${tables.join(', ')} is not marked`);
    this.tables = tables;
  }
}

/** So often the two are looked at as they are, before they are kept from changing. */
const looksAtMost = 10;

/**
 * In one database all is as it is at one instant. Two are read as they were at an instant each, the books first: where the target
 * has nothing then that the books have not marked, both are of one state. Nobody waits for that, however long it takes to count.
 */
async function seeStill<T>(databases: Databases, look: (both: Both) => Promise<T>): Promise<T> {
  if (!databases.areApart)
    return databases.transact(async (turn) => {
      await turn.books.dialect.freeze(turn.books);
      return turn.inTarget(look);
    });
  for (let looks = 1; looks <= looksAtMost; looks += 1) {
    try {
      return await seeBoth(databases, look);
    } catch (error) {
      if (!(error instanceof Unmarked)) throw error;
      for (const table of error.tables)
        await databases.transact((turn) => lockTable(turn, table, async () => {}));
    }
  }
  return keepStill(databases, look);
}

async function seeBoth<T>(databases: Databases, look: (both: Both) => Promise<T>): Promise<T> {
  return databases.transact(async (turn) => {
    const { books } = turn;
    await books.dialect.freeze(books);
    const tables = await listTargets(books);
    return turn.inTarget(async (both) => {
      const { dialect } = both.target;
      const seesOneInstant = dialect.ensureRows === undefined;
      if (seesOneInstant) await dialect.freeze(both.target);
      await refuseUnmarked(both, tables);
      const seen = await look(both);
      if (!seesOneInstant) await refuseUnmarked(both, tables);
      return seen;
    });
  });
}

/** `known`: the tables that the books know. Books that were set back may not know all that they have filled. */
async function refuseUnmarked(both: Both, known: readonly string[]): Promise<void> {
  const unmarked: string[] = [];
  for (const table of new Set([...known, ...(await listClaimed(both))]))
    if ((await readUnmarked(both, table)).loads.length > 0) unmarked.push(table);
  if (unmarked.length > 0) throw new Unmarked(unmarked);
}

/** The tables are locked, so that nobody changes them until they are read. */
async function keepStill<T>(databases: Databases, look: (both: Both) => Promise<T>): Promise<T> {
  return databases.transact(async (turn) => {
    const { books } = turn;
    const tables = await listTargets(books);
    for (const table of tables) await lockTarget(books, table);
    return turn.inTarget(async (both) => {
      for (const table of tables) await catchUp(both, table);
      return look(both);
    });
  });
}

/** Each river with each table that it has filled; without a name also those whose rows stand there unknown. */
async function readTargets(
  both: Both,
  runs: readonly StoredRun[],
  river: string | undefined,
): Promise<{ name: string; table: string }[]> {
  const targets = new Map<string, { name: string; table: string }>();
  const add = (name: string, table: string) => targets.set(toKey(both, name, table), { name, table });
  for (const run of runs) add(run.river.name, run.river.target.table);
  if (river !== undefined) return [...targets.values()];
  const filled = new Map(
    [...(await listTargets(both.books)), ...[...targets.values()].map(({ table }) => table)].map(
      (table) => [sameTable(both.target.dialect, table), table] as const,
    ),
  );
  for (const table of filled.values()) {
    const find = await readColumnFinder(both, table);
    if (!find || neededColumns.some((name) => find(name) === undefined)) continue;
    for (const name of await readRivers(both.target, table))
      if (!targets.has(toKey(both, name, table))) add(name, table);
  }
  return [...targets.values()];
}

/** Equal for a river's runs into one table, as the database compares names. */
const toKey = ({ target }: Both, river: string, table: string): string =>
  JSON.stringify([river, sameTable(target.dialect, table)]);

async function readTarget(
  both: Both,
  river: string,
  table: string,
  runs: readonly StoredRun[],
): Promise<TargetSnapshot> {
  const { books, target } = both;
  const newest = runs.at(-1)?.river;
  const report = newest && calledReport(newest);
  const dayColumn = report ? findStoredDayColumn(report, newest) : null;
  const known = new Map(
    runs.map(({ runId, workflowId, status, river: { target } }) => [
      runId,
      { workflowId, status, load: target.load },
    ]),
  );
  const find = await readColumnFinder(both, table);
  const needed = [...neededColumns, ...(dayColumn === null ? [] : [dayColumn])];
  const lacking = find ? needed.filter((name) => find(name) === undefined) : null;
  const isReadable = lacking !== null && lacking.length === 0;
  const asked = await readRequestedDays(books, river);
  const retries = await readOpenRetries(books, river);
  const replaced = await readReplaced(books, table);
  return {
    river,
    table,
    byPeriod: report !== undefined && findDayColumn(report) !== null,
    lacking,
    loaded:
      dayColumn === null
        ? notReplaced(await readLoadedWholes(books, river, replaced?.at ?? null), known)
        : await readLoadedRows(books, river, table),
    found: isReadable
      ? await countRowsByRun(target, {
          river,
          table,
          dayColumn: dayColumn && (find?.(dayColumn)?.name ?? dayColumn),
        })
      : [],
    runs: known,
    asked: asked.filter(({ run }) => known.has(run)),
    retrying: asked.filter(({ run, state }) => state === 'open' && retries.has(run)),
    forgotten: await readForgottenDays(books, river, table),
    madeAt: await readMadeAt(books, table),
    replaced,
  };
}

/** The report as the river calls it; undefined where the catalogue has it no more. */
function calledReport({ report: slug, overrides }: River): Report | undefined {
  const report = findReport(slug);
  return report && effectiveReport(report, overrides);
}

/** Of loads without days, the oldest first, those that no later one has replaced. */
function notReplaced(wholes: readonly RowsOfRun[], runs: TargetSnapshot['runs']): RowsOfRun[] {
  const ofTable = wholes.filter(({ run }) => runs.has(run));
  const replacing = ofTable.findLastIndex(({ run }) =>
    ['replace', 'overwrite'].includes(runs.get(run)?.load ?? ''),
  );
  return ofTable.slice(Math.max(0, replacing));
}

/** Without these no rows can be counted. */
const neededColumns = ['_river', '_run_id'];

/** Finds a table's columns; undefined where it is gone, or something that is no table has its name: the others are read all the same. */
async function readColumnFinder(
  { books, target }: Both,
  table: string,
): Promise<((name: string) => TableColumn | undefined) | undefined> {
  const { dialect } = target;
  const columns = await dialect.readColumns(target, table).catch((error: unknown) => {
    if (error instanceof SchemaConflictError) return undefined;
    throw error;
  });
  if (!columns) return undefined;
  return declaredFinder(dialect, { columns, records: await readColumnRecords(books, table) });
}

/** A river's rows in a table, counted by run, and by day where a column bears it. */
async function countRowsByRun(
  tables: Targets,
  {
    river,
    table,
    dayColumn,
  }: { readonly river: string; readonly table: string; readonly dayColumn: string | null },
): Promise<RowsOfRun[]> {
  const counted = tables
    .from(table)
    .where('_river', river)
    .groupBy('_run_id')
    .select({ run_id: '_run_id' })
    .count({ rows: '*' });
  if (dayColumn !== null) counted.groupBy(identifier(dayColumn)).select({ day: identifier(dayColumn) });
  const rows: Row[] = await counted;
  return rows.map((row) => ({
    day: dayText(row.day),
    // A column of fixed length adds blanks.
    run: String(row.run_id).trimEnd(),
    rows: Number(row.rows),
  }));
}

/** The rivers whose rows stand in a table. */
async function readRivers(tables: Targets, table: string): Promise<string[]> {
  const rows = await tables.from(table).distinct('_river').whereNotNull('_river');
  return rows.map((row) => String(row._river).trimEnd());
}
