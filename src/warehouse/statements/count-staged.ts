import type { Row, Tables } from '../dialect.ts';
import { stagingOf } from './staging-table.ts';

/** What is staged of a slice. */
export interface StagedCount {
  readonly slice: string;
  readonly calls: number;
  readonly finished: number;
  readonly rows: number;
}

export async function countStaged(tables: Tables, runId: string, chunk: string): Promise<StagedCount[]> {
  const slices: Row[] = await tables
    .from(stagingOf(runId))
    .where({ chunk })
    .groupBy('slice')
    .select(
      'slice',
      tables.query.raw('count(distinct call) as calls'),
      tables.query.raw('sum(case when last then 1 else 0 end) as finished'),
      tables.query.raw('sum(row_count) as rows'),
    );
  return slices.map((row) => ({
    slice: String(row.slice),
    calls: Number(row.calls),
    finished: Number(row.finished),
    rows: Number(row.rows),
  }));
}
