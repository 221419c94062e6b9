import type { Tables } from '../dialect.ts';

/** How many requests of the run were answered 200. */
export async function answeredCalls(tables: Tables, runId: string): Promise<number> {
  const [row] = await tables.from('river_calls').where({ run: runId, status: 200 }).count({ calls: '*' });
  return Number(row?.calls ?? 0);
}
