import type { ChunkState, RunStatus } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';

/** What the calls are booked on, as it stands after that. */
export interface Booked {
  readonly report: string;
  /** Whether pages may still be staged. */
  readonly open: boolean;
}

/** Adds to the calls of a chunk, or of the run where they belong to none; the row stays locked until the transaction ends. */
export async function countCalls(
  tables: Tables,
  runId: string,
  chunk: string | null,
  calls: number,
): Promise<Booked> {
  const state = chunk === null ? undefined : await addToChunk(tables, runId, chunk, calls);
  if (chunk === null) {
    await tables
      .from('river_runs')
      .where({ run: runId })
      .update({ list_calls: tables.query.raw('list_calls + ?', [calls]) });
  }
  const [run] = await tables.from('river_runs').where({ run: runId }).select('report', 'state');
  if (!run) throw new Error(`the run ${runId} was never opened in this warehouse`);
  const running = (run.state as RunStatus) === 'running';
  return {
    report: String(run.report),
    open: running && (state === undefined || state === 'waiting' || state === 'pulling'),
  };
}

async function addToChunk(tables: Tables, runId: string, chunk: string, calls: number): Promise<ChunkState> {
  const [row] = await tables
    .from('river_chunks')
    .where({ run: runId, chunk })
    .update({ calls: tables.query.raw('calls + ?', [calls]) })
    .returning('state');
  if (!row) throw new Error(`the run ${runId} has no chunk ${chunk} in this warehouse`);
  return row.state as ChunkState;
}
