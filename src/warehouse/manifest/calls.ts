/**
 * `river_calls`: one row for each request that was sent to Optimove for a run, sign-ins included, with what came of it. Pages are
 * staged together with theirs; how often a call has failed, and since when, is read from here, whichever process sent it.
 */

import type { Knex } from 'knex';
import type { CallHistory, CallsOfDay, Repeated, RequestRecord } from '#domain/call/call-history';
import { addDays, type Day } from '#domain/period/date-range';
import type { FailedRequest, FailedSince } from '#domain/run/failing-time';
import type { RequestCounts } from '#domain/run/run-result';
import type { Side } from '../databases.ts';
import type { Books, Row } from '../dialect.ts';
import { runsOfWarehouse } from './run-row.ts';

export interface CallsOfRun {
  readonly runId: string;
  readonly chunk: string | null;
  readonly report: string;
}

/** What tells requests apart: one request, however often it is noted. */
const key = ['run_id', 'call', 'sent_at', 'milliseconds'];

/** One row for each request that is not noted yet; says how many were new. `answered`: the one that brought the page. */
export async function insertCalls(
  books: Books,
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
  const inserted = await books.from('river_calls').insert(rows).onConflict(key).ignore().returning('call');
  return inserted.length;
}

/** What a call of a run has met since it was last answered. Whether the base URL is proven lies elsewhere. */
export async function readCallHistory(
  books: Books,
  runId: string,
  call: string,
): Promise<Omit<CallHistory, 'isProven'>> {
  // A sign-in brings no page: it is answered where it was understood.
  const [last] = await books
    .from('river_calls')
    .where({ run_id: runId, call })
    .where((either) => either.where('answered', true).orWhere('outcome', 'answered'))
    .max({ at: 'sent_at' });
  const met = books.from('river_calls').where({ run_id: runId, call, answered: false });
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
      othersAnswered: await isConnectionAnswered(books, runId, first),
    };
  };
  const unreadable = groups.filter(({ outcome }) => outcome === 'unreadable');
  const isAnswered = await isRunAnswered(books, runId);
  return {
    isAnswered,
    isKnown: !isAnswered && (await isBaseUrlKnown(books, runId)),
    pages: await repeated((outcome) => outcome === 'page'),
    limitedByWords: await repeated((outcome, status) => outcome === 'throttled' && status !== 429),
    missingPages: await repeated((outcome, status) => outcome === 'page' && status === 404),
    unreadable: Object.fromEntries(
      unreadable.map(({ body_hash, times }) => [String(body_hash), Number(times)]),
    ),
  };
}

/** Whether the API answered a request of the run with 200 or what is like it: a page by something in front of it is none. */
export async function isRunAnswered(books: Books, runId: string): Promise<boolean> {
  return isAnswered(books, books.from('river_runs').where({ run_id: runId }).select('run_id'));
}

/** Whether it has since answered a request of any run over the same connection, as far as this manifest knows. */
async function isConnectionAnswered(books: Books, runId: string, since: string): Promise<boolean> {
  const open = runsLike(books, runId, ['connection']).where((either) =>
    either.whereNull('finished_at').orWhere('finished_at', '>=', since),
  );
  return isAnswered(books, open, since);
}

/** Whether the API answered another run at the base URL of this one. */
async function isBaseUrlKnown(books: Books, runId: string): Promise<boolean> {
  return isAnswered(books, runsLike(books, runId, ['connection', 'base_url']).whereNot({ run_id: runId }));
}

/** The runs that have the same in these columns. */
function runsLike(books: Books, runId: string, columns: readonly string[]): Knex.QueryBuilder {
  const runs = books.from('river_runs').select('run_id');
  for (const column of columns)
    runs.where(column, '=', books.from('river_runs').where({ run_id: runId }).select(column));
  return runs;
}

async function isAnswered(books: Books, runs: Knex.QueryBuilder, since?: string): Promise<boolean> {
  const requests = books
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
  books: Books,
  runId: string,
  chunk: string | null,
  [asked, ...before]: readonly string[],
): Promise<FailedRequest[]> {
  const requests = (call: string | undefined) =>
    books.from('river_calls').where({ run_id: runId, chunk, call });
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
  books: Books,
  runId: string,
  dataCalls: readonly string[],
): Promise<RequestCounts> {
  const { query } = books;
  const each = books
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

/** The requests of each of these days, of one river or of all: each day is counted on its own, by the index on `sent_at`. */
export async function countCallsByDay(
  books: Books,
  days: readonly Day[],
  river?: string,
): Promise<CallsOfDay[]> {
  const ofDay = (day: Day) => {
    const runs = runsOfWarehouse(books);
    if (river !== undefined) runs.where({ river });
    const calls = books
      .from('river_calls')
      .where('sent_at', '>=', `${day}T00:00:00.000Z`)
      .where('sent_at', '<', `${addDays(day, 1)}T00:00:00.000Z`);
    // Without a need for it, looking up the run of each call would take most of the time.
    if (river !== undefined || books.keptFor !== null) calls.whereIn('run_id', runs.select('run_id'));
    return calls
      .select(books.query.raw('? as day', [day]))
      .count({ calls: '*' })
      .sum({ rows: 'rows' })
      .select(
        books.query.raw(`sum(case when outcome = 'throttled' then 1 else 0 end) as throttled`),
        books.query.raw(
          `sum(case when outcome in ('failed', 'page', 'unreadable') then 1 else 0 end) as failed`,
        ),
      );
  };
  const [first, ...others] = days.map(ofDay);
  if (!first) return [];
  const rows = (await first.unionAll(others as never)) as Row[];
  return rows
    .map((row) => ({
      day: String(row.day),
      calls: Number(row.calls),
      rows: Number(row.rows),
      throttled: Number(row.throttled),
      failed: Number(row.failed),
    }))
    .sort((one, other) => one.day.localeCompare(other.day));
}

/** So many rows go in one statement, and so many statements in one clean-up: what is left waits for the next. */
const deletedAtATime = 10_000;
const deletionsAtMost = 10;
const runsAtMost = 20;

/** Deletes the requests of runs that ended before then, the oldest runs first, some at a time. Their counts stay with their chunks. */
export async function deleteCallsBefore(side: Side<Books>, before: string): Promise<void> {
  const runs = await side.read((books) =>
    runsOfWarehouse(books)
      .where('finished_at', '<', before)
      .whereNot({ state: 'running' })
      .whereRaw('exists (select 1 from ?? calls where calls.run_id = river_runs.run_id)', [
        books.qualify('river_calls'),
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
      deleted = await side.transact((books) => deleteSome(books, String(run_id)));
    }
  }
}

const deleteSome = async (books: Books, run_id: string): Promise<number> =>
  books
    .from('river_calls')
    .whereIn(key, books.from('river_calls').where({ run_id }).select(key).limit(deletedAtATime))
    .delete();

/** Requests of a run that were sent since then and brought no answer; being out of calls is no failure. */
export async function countFailedSince(books: Books, runId: string, since: string): Promise<FailedSince> {
  const failed = () =>
    books
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
