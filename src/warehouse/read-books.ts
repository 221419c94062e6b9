import { dayColumnOf } from '#domain/call/scope';
import { findReport } from '#domain/catalogue/index';
import { effectiveReport } from '#domain/river/overrides';
import type { River } from '#domain/river/river';
import type { StoredRun } from '#domain/run/stored-run';
import type { RowsOfRun, TargetSnapshot } from '#domain/verify/verification';
import type { Database } from './database.ts';
import type { Tables } from './dialect.ts';
import { forgottenDays } from './statements/forgotten-days.ts';
import { foundRows, riversIn } from './statements/found-rows.ts';
import { loadedDays, loadedWholes } from './statements/loaded-rows.ts';
import { madeAt } from './statements/read-target.ts';
import { askedStretches, openRetries, runsOf } from './statements/river-history.ts';
import { columnFinder } from './tables/find-column.ts';

/** What the manifest and the tables say of every river, or of one, table by table. */
export async function readBooks(database: Database, river?: string): Promise<TargetSnapshot[]> {
  return database.transact(async (tables) => {
    // A chunk that is committed meanwhile is in both, or in neither.
    await tables.dialect.freeze(tables);
    const runs = await runsOf(tables, river);
    const books: TargetSnapshot[] = [];
    for (const { name, table } of await targetsOf(tables, runs, river)) {
      const ofTarget = runs.filter((run) => run.river.name === name && run.river.target.table === table);
      books.push(await booksOf(tables, name, table, ofTarget));
    }
    return books;
  });
}

/** Each river with each table that it has filled; without a name also those whose rows stand there unknown. */
async function targetsOf(
  tables: Tables,
  runs: readonly StoredRun[],
  river: string | undefined,
): Promise<{ name: string; table: string }[]> {
  const targets = new Map(
    runs.map(({ river: { name, target } }) => [
      JSON.stringify([name, target.table]),
      { name, table: target.table },
    ]),
  );
  if (river !== undefined) return [...targets.values()];
  for (const table of new Set([...targets.values()].map((target) => target.table))) {
    if ((await lackingIn(tables, table, [])).length > 0) continue;
    for (const name of await riversIn(tables, table))
      targets.set(JSON.stringify([name, table]), { name, table });
  }
  return [...targets.values()];
}

async function booksOf(
  tables: Tables,
  river: string,
  table: string,
  runs: readonly StoredRun[],
): Promise<TargetSnapshot> {
  const newest = runs.at(-1)?.river;
  const dayColumn = newest ? dayColumnOfRiver(newest) : null;
  const known = new Map(
    runs.map(({ runId, workflowId, status, river: { target } }) => [
      runId,
      { workflowId, status, load: target.load },
    ]),
  );
  const isGone = !(await tables.dialect.hasTable(tables, table));
  const lacking = isGone ? null : await lackingIn(tables, table, dayColumn === null ? [] : [dayColumn]);
  const isReadable = lacking !== null && lacking.length === 0;
  const asked = await askedStretches(tables, river);
  const retries = await openRetries(tables, river);
  return {
    river,
    table,
    byPeriod: dayColumn !== null && dayColumn !== 'data_date',
    lacking,
    loaded:
      dayColumn === null
        ? standing(await loadedWholes(tables, river), known)
        : await loadedDays(tables, river, table),
    found: isReadable ? await foundRows(tables, { river, table, dayColumn }) : [],
    runs: known,
    asked: asked.filter(({ run }) => known.has(run)),
    retrying: asked.filter(({ run, state }) => state === 'open' && retries.has(run)),
    forgotten: await forgottenDays(tables, river, table),
    madeAt: await madeAt(tables, table),
  };
}

/** The column by which the manifest has a river's days. */
function dayColumnOfRiver(river: River): string | null {
  const report = findReport(river.report);
  if (!report) return null;
  const effective = effectiveReport(report, river.overrides);
  return effective.snapshot === 'data_date' ? 'data_date' : dayColumnOf(effective);
}

/** Of loads without days, the oldest first, those that no later one has replaced. */
function standing(wholes: readonly RowsOfRun[], runs: TargetSnapshot['runs']): RowsOfRun[] {
  const ofTable = wholes.filter(({ run }) => runs.has(run));
  const replacing = ofTable.findLastIndex(({ run }) => runs.get(run)?.load === 'replace');
  return ofTable.slice(Math.max(0, replacing));
}

/** Which of the columns that are needed to count rows the table has not; all of them where it is gone. */
async function lackingIn(tables: Tables, table: string, columns: readonly string[]): Promise<string[]> {
  const needed = ['_river', '_run_id', ...columns];
  const there = await tables.dialect.readColumns(tables, table);
  if (!there) return needed;
  const find = columnFinder(tables.dialect, there);
  return needed.filter((name) => find(name) === undefined);
}
