import type { RunStatus } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';

/** How the run of a river ended that came to its end before this one did; undefined where there is none. Runs that somebody stopped say nothing. */
export async function endBefore(
  tables: Tables,
  river: string,
  runId: string,
): Promise<RunStatus | undefined> {
  const [own] = await tables.from('river_runs').where({ run: runId }).limit(1);
  const [before] = await tables
    .from('river_runs')
    .where({ river })
    .whereNot({ run: runId })
    .whereIn('state', ['succeeded', 'failed'])
    .where((earlier) => {
      if (own?.finished_at) earlier.where('finished_at', '<=', own.finished_at);
    })
    .orderBy('finished_at', 'desc')
    .limit(1);
  return before && (before.state as RunStatus);
}
