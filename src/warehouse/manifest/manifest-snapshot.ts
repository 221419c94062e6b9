/**
 * What manifest and tables say of the same rivers, read in one transaction that sees one instant: `river verify` holds the one against
 * the other.
 */

import { findDayColumn, findManifestDayColumn } from '#domain/call/scope';
import { findReport } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import type { TableColumn } from '#domain/column/table-type';
import { effectiveReport } from '#domain/river/overrides';
import type { River } from '#domain/river/river';
import type { StoredRun } from '#domain/run/stored-run';
import type { RowsOfRun, TargetSnapshot } from '#domain/verify/verification';
import { sameName } from '../column-name.ts';
import type { Database } from '../database.ts';
import type { Row, Tables } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { declaredFinder } from '../tables/declared-columns.ts';
import { dayText } from '../tables/target-rows.ts';
import { readForgottenDays, readLoadedRows } from './days.ts';
import { readLoadedWholes, readOpenRetries, readRequestedDays, readRunsOfRiver } from './run-history.ts';
import { readColumnRecords, readMadeAt } from './targets.ts';

/** Of every river, or of one, table by table. */
export async function readManifestSnapshot(database: Database, river?: string): Promise<TargetSnapshot[]> {
  return database.transact(async (tables) => {
    // A chunk that is committed meanwhile is in both, or in neither.
    await tables.dialect.freeze(tables);
    const runs = await readRunsOfRiver(tables, river);
    const snapshot: TargetSnapshot[] = [];
    for (const { name, table } of await readTargets(tables, runs, river)) {
      const key = toKey(tables, name, table);
      const ofTarget = runs.filter((run) => toKey(tables, run.river.name, run.river.target.table) === key);
      snapshot.push(await readTarget(tables, name, table, ofTarget));
    }
    return snapshot;
  });
}

/** Each river with each table that it has filled; without a name also those whose rows stand there unknown. */
async function readTargets(
  tables: Tables,
  runs: readonly StoredRun[],
  river: string | undefined,
): Promise<{ name: string; table: string }[]> {
  const targets = new Map<string, { name: string; table: string }>();
  const add = (name: string, table: string) => targets.set(toKey(tables, name, table), { name, table });
  for (const run of runs) add(run.river.name, run.river.target.table);
  if (river !== undefined) return [...targets.values()];
  const filled = new Map(
    [...targets.values()].map(({ table }) => [sameName(tables.dialect, table), table] as const),
  );
  for (const table of filled.values()) {
    const find = await readColumnFinder(tables, table);
    if (!find || neededColumns.some((name) => find(name) === undefined)) continue;
    for (const name of await readRivers(tables, table))
      if (!targets.has(toKey(tables, name, table))) add(name, table);
  }
  return [...targets.values()];
}

/** Equal for a river's runs into one table, as the database compares names. */
const toKey = ({ dialect }: Tables, river: string, table: string): string =>
  JSON.stringify([river, sameName(dialect, table)]);

async function readTarget(
  tables: Tables,
  river: string,
  table: string,
  runs: readonly StoredRun[],
): Promise<TargetSnapshot> {
  const newest = runs.at(-1)?.river;
  const report = newest && calledReport(newest);
  const dayColumn = report ? findManifestDayColumn(report) : null;
  const known = new Map(
    runs.map(({ runId, workflowId, status, river: { target } }) => [
      runId,
      { workflowId, status, load: target.load },
    ]),
  );
  const find = await readColumnFinder(tables, table);
  const needed = [...neededColumns, ...(dayColumn === null ? [] : [dayColumn])];
  const lacking = find ? needed.filter((name) => find(name) === undefined) : null;
  const isReadable = lacking !== null && lacking.length === 0;
  const asked = await readRequestedDays(tables, river);
  const retries = await readOpenRetries(tables, river);
  return {
    river,
    table,
    byPeriod: report !== undefined && findDayColumn(report) !== null,
    lacking,
    loaded:
      dayColumn === null
        ? notReplaced(await readLoadedWholes(tables, river), known)
        : await readLoadedRows(tables, river, table),
    found: isReadable
      ? await countRowsByRun(tables, {
          river,
          table,
          dayColumn: dayColumn && (find?.(dayColumn)?.name ?? dayColumn),
        })
      : [],
    runs: known,
    asked: asked.filter(({ run }) => known.has(run)),
    retrying: asked.filter(({ run, state }) => state === 'open' && retries.has(run)),
    forgotten: await readForgottenDays(tables, river, table),
    madeAt: await readMadeAt(tables, table),
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
  const replacing = ofTable.findLastIndex(({ run }) => runs.get(run)?.load === 'replace');
  return ofTable.slice(Math.max(0, replacing));
}

/** Without these no rows can be counted. */
const neededColumns = ['_river', '_run_id'];

/** Finds a table's columns; undefined where it is gone. */
async function readColumnFinder(
  tables: Tables,
  table: string,
): Promise<((name: string) => TableColumn | undefined) | undefined> {
  const columns = await tables.dialect.readColumns(tables, table);
  if (!columns) return undefined;
  return declaredFinder(tables.dialect, { columns, records: await readColumnRecords(tables, table) });
}

/** A river's rows in a table, counted by run, and by day where a column bears it. */
async function countRowsByRun(
  tables: Tables,
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
async function readRivers(tables: Tables, table: string): Promise<string[]> {
  const rows = await tables.from(table).distinct('_river').whereNotNull('_river');
  return rows.map((row) => String(row._river).trimEnd());
}
