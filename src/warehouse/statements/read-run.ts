import type { StoredRun } from '#domain/run/stored-run';
import type { Tables } from '../dialect.ts';
import { runOfRow } from './run-of-row.ts';

export async function readRun(tables: Tables, runId: string): Promise<StoredRun | undefined> {
  const [row] = await tables.from('river_runs').where({ run: runId });
  return row && runOfRow(row);
}
