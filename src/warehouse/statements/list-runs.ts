import type { StoredRun } from '#domain/run/stored-run';
import type { Tables } from '../dialect.ts';
import { runOfRow } from './run-of-row.ts';

/** The newest runs first. */
export async function listRuns(tables: Tables, limit: number): Promise<StoredRun[]> {
  const rows = await tables
    .from('river_runs')
    .orderBy([
      { column: 'started_at', order: 'desc' },
      { column: 'run', order: 'asc' },
    ])
    .limit(limit);
  return rows.map(runOfRow);
}
