import type { FailedSince } from '#domain/run/failing-time';
import type { RequestCounts } from '#domain/run/run-result';
import type { Tables } from '../dialect.ts';

/** The requests of a run, by why they were made. `dataCalls`: the names of the calls whose rows are loaded; others are lists. */
export async function requestCounts(
  tables: Tables,
  runId: string,
  dataCalls: readonly string[],
): Promise<RequestCounts> {
  const { query } = tables;
  const each = tables
    .from('river_calls')
    .where({ run: runId })
    .groupBy('chunk', 'call')
    .select(
      'chunk',
      'call',
      query.raw(`sum(case when outcome = 'throttled' then 1 else 0 end) as throttled`),
      query.raw(`sum(case when outcome in ('failed', 'page', 'unreadable') then 1 else 0 end) as failed`),
      query.raw(`sum(case when outcome = 'lost' then 1 else 0 end) as lost`),
      query.raw('count(*) as made'),
    )
    .as('each');
  const rest = 'made - throttled - failed - lost';
  const ofData = `chunk is not null and (${dataCalls.map(() => '(?? = ? or ?? like ?)').join(' or ')})`;
  const bindings = dataCalls.flatMap((name) => ['call', name, 'call', `${name}?%`]);
  const [sums] = await query.from(each).select(
    query.raw('sum(made) as made'),
    // Where a call was never answered, its last request was not repeated.
    query.raw(`sum(case when ${rest} = 0 and failed > 0 then failed - 1 else failed end) as failed`),
    query.raw(
      `sum(case when ${rest} = 0 and failed = 0 and throttled > 0 then throttled - 1 else throttled end) as throttled`,
    ),
    query.raw(
      `sum(case when ${rest} = 0 and failed = 0 and throttled = 0 then lost - 1 else lost end) as lost`,
    ),
    query.raw(`sum(case when ${rest} = 0 then 1 else 0 end) as unanswered`),
    query.raw(`sum(case when ${ofData} then 0 else ${rest} end) as lists`, bindings),
    query.raw(
      `sum(case when ${ofData} and ${rest} > 1 then ${rest} - 1 else 0 end) as further_pages`,
      bindings,
    ),
  );
  const count = (column: string) => Number((sums as Record<string, unknown> | undefined)?.[column] ?? 0);
  return {
    made: count('made'),
    throttled: count('throttled'),
    failed: count('failed'),
    lost: count('lost'),
    unanswered: count('unanswered'),
    lists: count('lists'),
    furtherPages: count('further_pages'),
  };
}

/** Requests of a run that were sent since then and brought no answer; being out of calls is no failure. */
export async function failedSince(tables: Tables, runId: string, since: string): Promise<FailedSince> {
  const failed = () =>
    tables
      .from('river_calls')
      .where({ run: runId, answered: false })
      .where('when', '>=', since)
      .whereNotIn('outcome', ['throttled', 'answered', 'refused', 'lost']);
  const [counted] = await failed().count({ times: '*' });
  const [last] = await failed().orderBy('when', 'desc').limit(1).select('status');
  return {
    times: Number(counted?.times ?? 0),
    lastStatus: last?.status == null ? null : Number(last.status),
  };
}
