import type { Knex } from 'knex';
import type { Tables } from '../dialect.ts';

/** Whether the API answered a request of the run with 200 or what is like it: a page by something in front of it is none. */
export async function isRunAnswered(tables: Tables, runId: string): Promise<boolean> {
  return isAnswered(tables, tables.from('river_runs').where({ run: runId }).select('run'));
}

/** Whether it has since answered a request of any run over the same connection, as far as this manifest knows. */
export async function isConnectionAnswered(tables: Tables, runId: string, since: string): Promise<boolean> {
  const open = runsLike(tables, runId, ['connection']).where((either) =>
    either.whereNull('finished_at').orWhere('finished_at', '>=', since),
  );
  return isAnswered(tables, open, since);
}

/** Whether the API answered another run at the base URL of this one. */
export async function isBaseUrlKnown(tables: Tables, runId: string): Promise<boolean> {
  return isAnswered(tables, runsLike(tables, runId, ['connection', 'base_url']).whereNot({ run: runId }));
}

/** The runs that have the same in these columns. */
function runsLike(tables: Tables, runId: string, columns: readonly string[]): Knex.QueryBuilder {
  const runs = tables.from('river_runs').select('run');
  for (const column of columns)
    runs.where(column, '=', tables.from('river_runs').where({ run: runId }).select(column));
  return runs;
}

async function isAnswered(tables: Tables, runs: Knex.QueryBuilder, since?: string): Promise<boolean> {
  const requests = tables
    .from('river_calls')
    .whereIn('run', runs)
    .whereBetween('status', [200, 299])
    .whereNot({ status: 204 });
  if (since !== undefined) requests.where('when', '>', since);
  return (await requests.whereIn('outcome', ['answered', 'refused']).limit(1).select('call')).length > 0;
}
