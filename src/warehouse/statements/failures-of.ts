import type { Knex } from 'knex';
import type { FailedRequest } from '#domain/run/failing-time';
import type { Tables } from '../dialect.ts';

/** Four weeks of them, at the longest wait between two. */
const failuresAtMost = 20_000;

/**
 * Requests of these calls that have failed since the first, the one that is asked for, was last answered; the oldest
 * first. The others are sign-ins before it: they bring no page of rows, so every 200 that was understood is an answer to them.
 */
export async function failuresOf(
  tables: Tables,
  runId: string,
  chunk: string | null,
  [asked, ...before]: readonly string[],
): Promise<FailedRequest[]> {
  const requestsOf = (call: string | undefined) =>
    tables.from('river_calls').where({ run: runId, chunk, call });
  const answeredAt = await lastOf(requestsOf(asked).where('answered', true));
  const failures = await failuresIn(requestsOf(asked), [answeredAt]);
  for (const call of before) {
    const lastAt = await lastOf(requestsOf(call).where({ status: 200, outcome: 'answered' }));
    failures.push(...(await failuresIn(requestsOf(call), [answeredAt, lastAt])));
  }
  return failures.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

async function lastOf(requests: Knex.QueryBuilder): Promise<string | undefined> {
  const [last] = await requests.max({ at: 'when' });
  return last?.at ? String(last.at) : undefined;
}

async function failuresIn(
  requests: Knex.QueryBuilder,
  after: readonly (string | undefined)[],
): Promise<FailedRequest[]> {
  requests
    .where('answered', false)
    // Neither out of calls nor an answer that the warehouse did not take is a failure of the call.
    .whereNotIn('outcome', ['throttled', 'lost']);
  for (const at of after) if (at !== undefined) requests.where('when', '>', at);
  const rows: { when: unknown; milliseconds: unknown }[] = await requests
    .select('when', 'milliseconds')
    .orderBy('when', 'desc')
    .limit(failuresAtMost);
  return rows.map(({ when, milliseconds }) => ({ at: String(when), milliseconds: Number(milliseconds) }));
}
