import { describe, expect, test } from 'vitest';
import type { Call } from '#domain/call/call';
import { noHistory, type RequestRecord } from '#domain/call/call-history';
import { lastDataUpdate, listCall } from '#domain/call/list-calls';
import { campaignsOfDayList, pickLists } from '#domain/catalogue/lists';
import { answered, stamped } from '#domain/catalogue/report';
import {
  BaseUrlInDoubtError,
  ConfigurationError,
  CredentialsRefusedError,
  OptimoveUnavailableError,
  RefusedError,
  ThrottledError,
} from '#domain/errors';
import { createOptimove } from '#optimove/create-optimove';
import { aCall, aConnection, aLimiter, aLogin } from '../helpers/an-optimove.ts';
import { withServer } from '../helpers/with-server.ts';
import { type AnswerCase, type AskedFor, answerCases, type Meaning, now } from './answer-cases.ts';

/** The fields of the rows below, as if they were the answer's. */
const columns = [
  stamped('Date', 'date'),
  ...['a', 'b', 'c', 'Name', 'ActionID'].map((key) => answered(key, 'text')),
];
const answer = { columns, isGuessed: false };

const askedFor: Readonly<Record<AskedFor, Call>> = {
  'data call': aCall({ pages: false, answer }),
  'data call of guessed keys': aCall({ pages: false, answer: { columns, isGuessed: true } }),
  'list call of a day': { ...listCall(campaignsOfDayList, [['Date', '2026-01-05']]), answer },
  'list call of the run': { ...listCall(pickLists.actions), answer },
  GetLastDataUpdate: lastDataUpdate,
  'sign-in': aCall({ pages: false }),
};

describe.each(Object.entries(answerCases))('%s', (_about, cases) => {
  test.each(
    cases.flatMap((one) =>
      one.to.map((to) => [one.answer, to, one.after ?? 'nothing', one.means, one] as const),
    ),
  )('%s to a %s, after %s: %s', (_answer, to, _after, means, one) => send(one, to, means));
});

async function send(one: AnswerCase, to: AskedFor, means: Meaning): Promise<void> {
  const { status, body, type = 'application/json', packing } = one;
  const isLogin = to === 'sign-in';
  await withServer(
    ({ method }, response) => {
      if (isLogin && method === 'GET') response.writeHead(200).end('[]');
      else
        response
          .writeHead(status, {
            'content-type': type,
            ...(packing && { 'content-encoding': packing }),
            ...(status === 302 && { location: '/x' }),
          })
          .end(body);
    },
    async (url) => {
      const connection = aConnection(url, isLogin ? { auth: aLogin } : {});
      const limiter = aLimiter();
      const records: RequestRecord[] = [];
      const never = new AbortController().signal;
      const asking = createOptimove(connection, limiter, { now: () => now }).request(
        askedFor[to],
        undefined,
        {
          signal: never,
          abort: never,
          run: 'run',
          record: (request) => records.push(request),
          ...(one.history && { history: async () => ({ ...noHistory, ...one.history }) }),
        },
      );
      const result = await asking.catch((error: unknown) => error);
      expect(result instanceof Error ? meaningOf(result) : meaningOfRows(result as Answered, to)).toBe(means);
      expect([limiter.outcomes[0]?.kind, records[0]?.outcome]).toEqual(told(result, isLogin));
      if (one.rows) expect(result).toMatchObject({ rows: one.rows });
      const message = result instanceof Error ? result.message : '';
      if (one.says) expect(message).toContain(one.says);
      if (one.hides) expect(message).not.toContain(one.hides);
    },
  );
}

type Answered = { readonly status: number; readonly rows: readonly unknown[] };

function meaningOfRows({ status, rows }: Answered, to: AskedFor): Meaning {
  if (to === 'sign-in') return 'signed in';
  if (to === 'GetLastDataUpdate') return 'a day';
  if (rows.length > 0) return 'rows';
  return status === 404 ? 'no rows, with a warning' : 'no rows';
}

/** The narrower classes first. */
const meanings: readonly [new (...args: never[]) => Error, Meaning][] = [
  [BaseUrlInDoubtError, 'GetLastDataUpdate is asked'],
  [OptimoveUnavailableError, 'tried again'],
  [ThrottledError, 'throttled'],
  [CredentialsRefusedError, 'credentials refused'],
  [RefusedError, 'refused'],
  [ConfigurationError, 'configuration error'],
];
const meaningOf = (error: Error): Meaning => {
  const found = meanings.find(([kind]) => error instanceof kind);
  if (!found) throw error;
  return found[1];
};

/** What the limiter hears, and what is written down of the request. */
function told(result: unknown, isLogin: boolean): [string, string | undefined] {
  if (!(result instanceof Error)) return ['answered', 'answered'];
  // A refused sign-in waits alone: the other calls of the connection go on.
  if (result instanceof ThrottledError) return [isLogin ? 'signInThrottled' : 'throttled', 'throttled'];
  if (result instanceof BaseUrlInDoubtError) return ['answered', 'page'];
  if (result instanceof OptimoveUnavailableError) return ['failed', String(result.facts.outcome ?? 'failed')];
  return ['answered', 'refused'];
}
