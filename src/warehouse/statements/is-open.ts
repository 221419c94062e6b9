import type { ChunkState } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';
import { openStates } from './open-states.ts';

/** Whether pages may still be staged into the chunk, or for the whole run where it is null. */
export async function isOpen(tables: Tables, runId: string, chunk: string | null): Promise<boolean> {
  const [run] = await tables.from('river_runs').where({ run: runId }).select('state');
  if (chunk === null || run?.state !== 'running') return run?.state === 'running';
  const [row] = await tables.from('river_chunks').where({ run: runId, chunk }).select('state');
  return openStates.includes(row?.state as ChunkState);
}
