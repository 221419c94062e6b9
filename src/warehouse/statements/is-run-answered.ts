import type { Tables } from '../dialect.ts';

/** Whether the API answered a request of the run with 200 or what is like it, after this instant where one is given: a page by something in front of it is none. */
export async function isRunAnswered(tables: Tables, runId: string, after?: string): Promise<boolean> {
  const requests = tables
    .from('river_calls')
    .where({ run: runId })
    .whereBetween('status', [200, 299])
    .whereNot({ status: 204 });
  if (after !== undefined) requests.where('when', '>', after);
  return (
    (await requests.whereIn('outcome', ['answered', 'refused', 'lost']).limit(1).select('call')).length > 0
  );
}
