/**
 * `river_calls`: one row for each request that was sent to Optimove for a run, sign-ins included, with what came of it. Pages are
 * staged together with theirs; how often a call has failed, and since when, is read from here, whichever process sent it.
 */

import type { Knex } from 'knex';
import type { CallHistory, Repeated, RequestRecord } from '#domain/call/call-history';
import type { FailedRequest, FailedSince } from '#domain/run/failing-time';
import type { RequestCounts } from '#domain/run/run-result';
import type { Database } from '../database.ts';
import type { Tables } from '../dialect.ts';

export interface CallsOfRun {
  readonly runId: string;
  readonly chunk: string | null;
  readonly report: string;
}

/** What tells requests apart: one request, however often it is noted. */
const key = ['run_id', 'call', 'sent_at', 'milliseconds'];

/** One row for each request that is not noted yet; says how many were new. `answered`: the one that brought the page. */
export async function insertCalls(
  tables: Tables,
  { runId, chunk, report }: CallsOfRun,
  requests: readonly RequestRecord[],
  answered?: RequestRecord,
): Promise<number> {
  if (requests.length === 0) return 0;
  const rows = requests.map((request) => ({
    run_id: runId,
    chunk,
    report,
    sent_at: request.at,
    call: request.call,
    status: request.status,
    rows: request.rows,
    bytes: request.bytes,
    milliseconds: request.milliseconds,
    answered: request === answered,
    outcome: request.outcome,
    body_hash: request.bodyHash ?? null,
  }));
  const inserted = await tables.from('river_calls').insert(rows).onConflict(key).ignore().returning('call');
  return inserted.length;
}

/** What a call of a run has met since it was last answered. Whether the base URL is proven lies elsewhere. */
export async function readCallHistory(
  tables: Tables,
  runId: string,
  call: string,
): Promise<Omit<CallHistory, 'isProven'>> {
  // A sign-in brings no page: it is answered where it was understood.
  const [last] = await tables
    .from('river_calls')
    .where({ run_id: runId, call })
    .where((either) => either.where('answered', true).orWhere('outcome', 'answered'))
    .max({ at: 'sent_at' });
  const met = tables.from('river_calls').where({ run_id: runId, call, answered: false });
  if (last?.at) met.where('sent_at', '>', String(last.at));
  const groups = await met
    .whereIn('outcome', ['throttled', 'page', 'unreadable'])
    .groupBy('outcome', 'status', 'body_hash')
    .select('outcome', 'status', 'body_hash')
    .count({ times: '*' })
    .min({ at: 'sent_at' });

  const repeated = async (isOne: (outcome: string, status: number) => boolean): Promise<Repeated> => {
    const ones = groups.filter(({ outcome, status }) => isOne(String(outcome), Number(status)));
    const [first] = ones.map(({ at }) => String(at)).sort((a, b) => Date.parse(a) - Date.parse(b));
    if (first === undefined) return { times: 0, firstAt: null, othersAnswered: false };
    return {
      times: ones.reduce((sum, { times }) => sum + Number(times), 0),
      firstAt: Date.parse(first),
      othersAnswered: await isConnectionAnswered(tables, runId, first),
    };
  };
  const unreadable = groups.filter(({ outcome }) => outcome === 'unreadable');
  const isAnswered = await isRunAnswered(tables, runId);
  return {
    isAnswered,
    isKnown: !isAnswered && (await isBaseUrlKnown(tables, runId)),
    pages: await repeated((outcome) => outcome === 'page'),
    limitedByWords: await repeated((outcome, status) => outcome === 'throttled' && status !== 429),
    missingPages: await repeated((outcome, status) => outcome === 'page' && status === 404),
    unreadable: Object.fromEntries(
      unreadable.map(({ body_hash, times }) => [String(body_hash), Number(times)]),
    ),
  };
}

/** Whether the API answered a request of the run with 200 or what is like it: a page by something in front of it is none. */
export async function isRunAnswered(tables: Tables, runId: string): Promise<boolean> {
  return isAnswered(tables, tables.from('river_runs').where({ run_id: runId }).select('run_id'));
}

/** Whether it has since answered a request of any run over the same connection, as far as this manifest knows. */
async function isConnectionAnswered(tables: Tables, runId: string, since: string): Promise<boolean> {
  const open = runsLike(tables, runId, ['connection']).where((either) =>
    either.whereNull('finished_at').orWhere('finished_at', '>=', since),
  );
  return isAnswered(tables, open, since);
}

/** Whether the API answered another run at the base URL of this one. */
async function isBaseUrlKnown(tables: Tables, runId: string): Promise<boolean> {
  return isAnswered(tables, runsLike(tables, runId, ['connection', 'base_url']).whereNot({ run_id: runId }));
}

/** The runs that have the same in these columns. */
function runsLike(tables: Tables, runId: string, columns: readonly string[]): Knex.QueryBuilder {
  const runs = tables.from('river_runs').select('run_id');
  for (const column of columns)
    runs.where(column, '=', tables.from('river_runs').where({ run_id: runId }).select(column));
  return runs;
}

async function isAnswered(tables: Tables, runs: Knex.QueryBuilder, since?: string): Promise<boolean> {
  const requests = tables
    .from('river_calls')
    .whereIn('run_id', runs)
    .whereBetween('status', [200, 299])
    .whereNot({ status: 204 });
  if (since !== undefined) requests.where('sent_at', '>', since);
  return (await requests.whereIn('outcome', ['answered', 'refused']).limit(1).select('call')).length > 0;
}

/** Four weeks of them, at the longest wait between two. */
const failuresAtMost = 20_000;

/**
 * Requests of these calls that have failed since the first, the one that is asked for, was last answered; the oldest
 * first. The others are sign-ins before it: they bring no page of rows, so every 200 that was understood is an answer to them.
 */
export async function readFailures(
  tables: Tables,
  runId: string,
  chunk: string | null,
  [asked, ...before]: readonly string[],
): Promise<FailedRequest[]> {
  const requests = (call: string | undefined) =>
    tables.from('river_calls').where({ run_id: runId, chunk, call });
  const answeredAt = await readLast(requests(asked).where('answered', true));
  const failures = await readFailed(requests(asked), [answeredAt]);
  for (const call of before) {
    const lastAt = await readLast(requests(call).where({ status: 200, outcome: 'answered' }));
    failures.push(...(await readFailed(requests(call), [answeredAt, lastAt])));
  }
  return failures.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

async function readLast(requests: Knex.QueryBuilder): Promise<string | undefined> {
  const [last] = await requests.max({ at: 'sent_at' });
  return last?.at ? String(last.at) : undefined;
}

async function readFailed(
  requests: Knex.QueryBuilder,
  after: readonly (string | undefined)[],
): Promise<FailedRequest[]> {
  requests
    .where('answered', false)
    // Neither out of calls nor an answer that the warehouse did not take is a failure of the call.
    .whereNotIn('outcome', ['throttled', 'lost']);
  for (const at of after) if (at !== undefined) requests.where('sent_at', '>', at);
  const rows: { sent_at: unknown; milliseconds: unknown }[] = await requests
    .select('sent_at', 'milliseconds')
    .orderBy('sent_at', 'desc')
    .limit(failuresAtMost);
  return rows.map(({ sent_at, milliseconds }) => ({
    at: String(sent_at),
    milliseconds: Number(milliseconds),
  }));
}

/** The requests of a run, by why they were made. `dataCalls`: the names of the calls whose rows are loaded; others are lists. */
export async function countRequests(
  tables: Tables,
  runId: string,
  dataCalls: readonly string[],
): Promise<RequestCounts> {
  const { query } = tables;
  const each = tables
    .from('river_calls')
    .where({ run_id: runId })
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

/** So many rows go in one statement, and so many statements in one clean-up: what is left waits for the next. */
const deletedAtATime = 10_000;
const deletionsAtMost = 10;
const runsAtMost = 20;

/** Deletes the requests of runs that ended before then, the oldest runs first, some at a time. Their counts stay with their chunks. */
export async function deleteCallsBefore(database: Database, before: string): Promise<void> {
  const runs = await database.read((tables) =>
    tables
      .from('river_runs')
      .where('finished_at', '<', before)
      .whereNot({ state: 'running' })
      .whereRaw('exists (select 1 from ?? calls where calls.run_id = river_runs.run_id)', [
        tables.qualify('river_calls'),
      ])
      .orderBy('finished_at')
      .limit(runsAtMost)
      .select('run_id'),
  );
  let deletions = 0;
  for (const { run_id } of runs) {
    for (let deleted = deletedAtATime; deleted === deletedAtATime; ) {
      if (deletions === deletionsAtMost) return;
      deletions += 1;
      deleted = await database.transact((tables) => deleteSome(tables, String(run_id)));
    }
  }
}

const deleteSome = async (tables: Tables, run_id: string): Promise<number> =>
  tables
    .from('river_calls')
    .whereIn(key, tables.from('river_calls').where({ run_id }).select(key).limit(deletedAtATime))
    .delete();

/** Requests of a run that were sent since then and brought no answer; being out of calls is no failure. */
export async function countFailedSince(tables: Tables, runId: string, since: string): Promise<FailedSince> {
  const failed = () =>
    tables
      .from('river_calls')
      .where({ run_id: runId, answered: false })
      .where('sent_at', '>=', since)
      .whereNotIn('outcome', ['throttled', 'answered', 'refused', 'lost']);
  const [counted] = await failed().count({ times: '*' });
  const [last] = await failed().orderBy('sent_at', 'desc').limit(1).select('status');
  return {
    times: Number(counted?.times ?? 0),
    lastStatus: last?.status == null ? null : Number(last.status),
  };
}
