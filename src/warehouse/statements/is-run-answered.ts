import type { Tables } from '../dialect.ts';

/** Whether the API answered a request of the run with 200 or what is like it: a page by something in front of it is none. */
export async function isRunAnswered(tables: Tables, runId: string): Promise<boolean> {
  return isAnswered(tables, [runId]);
}

/** Whether it has since answered a request of any run over the same connection, as far as this manifest knows. */
export async function isConnectionAnswered(tables: Tables, runId: string, since: string): Promise<boolean> {
  const runs = await tables
    .from('river_runs')
    .where('connection', '=', tables.from('river_runs').where({ run: runId }).select('connection'))
    .where((open) => open.whereNull('finished_at').orWhere('finished_at', '>=', since))
    .select('run');
  return isAnswered(
    tables,
    runs.map(({ run }) => String(run)),
    since,
  );
}

/** Where a run's requests were answered, so were mostly its first ones: few runs have to be looked at. */
const runsLookedAt = 20;

/** Whether the API answered an earlier run at the base URL of this one. */
export async function isBaseUrlKnown(tables: Tables, runId: string): Promise<boolean> {
  const own = (column: string) => tables.from('river_runs').where({ run: runId }).select(column);
  const runs = await tables
    .from('river_runs')
    .where('connection', '=', own('connection'))
    .where('base_url', '=', own('base_url'))
    .whereNot({ run: runId })
    .orderBy('started_at', 'desc')
    .limit(runsLookedAt)
    .select('run');
  return isAnswered(
    tables,
    runs.map(({ run }) => String(run)),
  );
}

async function isAnswered(tables: Tables, runs: readonly string[], since?: string): Promise<boolean> {
  const requests = tables
    .from('river_calls')
    .whereIn('run', [...runs])
    .whereBetween('status', [200, 299])
    .whereNot({ status: 204 });
  if (since !== undefined) requests.where('when', '>', since);
  const answered = requests.whereIn('outcome', ['answered', 'refused', 'lost']);
  return (await answered.limit(1).select('call')).length > 0;
}
