import type { FailedSince } from '../../domain/run/failing-ms.ts';
import type { Tables } from '../dialect.ts';

/** Requests of a run that were sent since then and brought no answer; being out of calls is no failure. */
export async function failedSince(tables: Tables, runId: string, since: string): Promise<FailedSince> {
  const failed = () =>
    tables
      .from('river_calls')
      .where({ run: runId, answered: false })
      .where('when', '>=', since)
      .whereNotIn('outcome', ['throttled', 'answered', 'refused']);
  const [counted] = await failed().count({ times: '*' });
  const [last] = await failed().orderBy('when', 'desc').limit(1).select('status');
  return {
    times: Number(counted?.times ?? 0),
    lastStatus: last?.status == null ? null : Number(last.status),
  };
}
