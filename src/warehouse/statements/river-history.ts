import type { StoredRun } from '#domain/run/stored-run';
import type { RequestedDays } from '#domain/verify/verification';
import type { Tables } from '../dialect.ts';
import { runOfRow } from './run-of-row.ts';

/** All runs of a river, the oldest first; of all rivers without a name. What a retry loads is its original's. */
export async function runsOf(tables: Tables, river?: string): Promise<StoredRun[]> {
  const runs = tables.from('river_runs').whereNull('retry_of').orderBy(['started_at', 'run']);
  return (await (river === undefined ? runs : runs.where({ river }))).map(runOfRow);
}

/** The retries of a river that the manifest calls open. */
export async function openRetries(tables: Tables, river: string): Promise<Set<string>> {
  const rows = await tables
    .from('river_runs')
    .where({ river, state: 'running' })
    .whereNotNull('retry_of')
    .select('run');
  return new Set(rows.map(({ run }) => String(run)));
}

/** The chunks of all runs of a river that have days, and of their retries. */
export async function askedStretches(tables: Tables, river: string): Promise<RequestedDays[]> {
  const rows = await tables
    .from('river_chunks')
    .where({ river })
    .whereNotNull('first_day')
    .whereNotNull('last_day')
    .whereNot({ state: 'skipped' })
    .select('run', 'first_day', 'last_day', 'state', 'loaded_at');
  return rows.map((row) => ({
    run: String(row.run),
    start: String(row.first_day),
    end: String(row.last_day),
    state: row.state === 'loaded' || row.state === 'failed' ? row.state : 'open',
    loadedAt: row.loaded_at === null ? null : String(row.loaded_at),
  }));
}
