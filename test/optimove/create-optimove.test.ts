import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Optimove } from '#activities/ports';
import { BudgetSpentError, OptimoveUnavailableError, ReportRefusedError } from '#domain/errors';
import { createOptimove } from '#optimove/create-optimove';
import { aCall, aClient, aConnection, aLimiter, apiKey, failureOf } from '../helpers/an-optimove.ts';
import { answering, withServer } from '../helpers/with-server.ts';

test('it is the port that the activities ask', () => {
  const port: Optimove = createOptimove(aConnection('http://127.0.0.1:9'), aLimiter());
  expect(port.request).toBeTypeOf('function');
});

describe('a request', () => {
  test('is one GET below the base URL, with the key and the page', () =>
    withServer(answering(200, '[]'), async (url, seen) => {
      await aClient(aConnection(`${url}/current`)).ask(aCall(), { top: 500, skip: 1000 });
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({
        method: 'GET',
        url: '/current/customers/GetCustomersByAction?Date=2026-01-05&ActionID=12&$top=500&$skip=1000',
        headers: { 'x-api-key': apiKey, accept: 'application/json' },
        body: '',
      });
    }));

  test.each([
    'two words',
    'a&b=c',
    'A;B',
    '1+1',
    '10% Bonus',
    '%41',
    "it's",
    '#1?/',
    'Ünïcødé 漢字 😀',
    'a\r\nX-Injected: 1',
    '',
  ])('carries the value %j as it is', (value) =>
    withServer(answering(200, '[]'), async (url, seen) => {
      await aClient(aConnection(url)).ask(
        aCall({ parameters: { First: 'x', CustomerAttributes: value, Last: 'y' } }),
      );
      const sent = new URL(seen[0]?.url ?? '', url).searchParams;
      expect([...sent]).toStrictEqual([
        ['First', 'x'],
        ['CustomerAttributes', value],
        ['Last', 'y'],
      ]);
      expect(seen[0]?.headers).not.toHaveProperty('x-injected');
    }),
  );

  test('after another one goes over the same connection, and leaves no listener on the signals', () =>
    withServer(answering(200, '[{"a":1}]'), async (url, seen) => {
      const client = aClient(aConnection(url));
      const { signal } = new AbortController();
      for (let round = 0; round < 3; round += 1)
        await client.ask(aCall(), undefined, { signal, abort: signal });
      expect(new Set(seen.map((request) => request.port)).size).toBe(1);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    }));
});

describe('a record', () => {
  const now = () => Date.parse('2026-01-05T10:00:00.250Z');

  test('says when, what, how much and how long', () =>
    withServer(answering(200, '[{"a":1},{"a":2}]'), async (url) => {
      const client = aClient(aConnection(url), { now });
      await client.ask();
      expect(client.records).toStrictEqual([
        {
          at: '2026-01-05T10:00:00.250Z',
          call: aCall().key,
          status: 200,
          rows: 2,
          bytes: 17,
          milliseconds: expect.any(Number),
          outcome: 'answered',
        },
      ]);
      expect(client.records[0]?.milliseconds).toBeGreaterThanOrEqual(0);
    }));

  test.each([
    [404, 'Not Found', 0],
    [400, '"No"', 0],
    [503, '', 0],
  ])('is written for a %i as well', (status, body, rows) =>
    withServer(answering(status, body), async (url, seen) => {
      const client = aClient(aConnection(url), { now });
      await client.ask().catch(() => {});
      expect(seen).toHaveLength(1);
      expect(client.records).toMatchObject([{ status, rows, bytes: body.length }]);
    }),
  );

  test('has no status where none came', () =>
    withServer(
      (_request, response) => void response.destroy(),
      async (url) => {
        const client = aClient(aConnection(url), { now });
        expect(await failureOf(client.ask())).toBeInstanceOf(OptimoveUnavailableError);
        expect(client.records).toMatchObject([{ status: null, rows: 0, bytes: 0 }]);
      },
    ));
});

describe('the limiter', () => {
  test.each([
    [200, '[]', undefined, { kind: 'answered' }],
    [404, '', undefined, { kind: 'answered' }],
    [400, '', undefined, { kind: 'answered' }],
    [401, '', undefined, { kind: 'answered' }],
    [302, '', undefined, { kind: 'answered' }],
    [503, '', undefined, { kind: 'failed' }],
    [503, '', '7', { kind: 'failed', retryAfterMs: 7_000 }],
    [503, '<html>', '3600000', { kind: 'failed', retryAfterMs: 3_600_000_000 }],
    [503, '', '0', { kind: 'failed' }],
    [503, '', 'soon', { kind: 'failed' }],
    [500, '', '7', { kind: 'failed' }],
    [503, '<html>', undefined, { kind: 'failed' }],
    // Somebody is there: what is not known is who.
    [200, '<html>', undefined, { kind: 'answered' }],
  ])('hears that a %i %j with Retry-After %j is %j', (status, body, retryAfter, outcome) =>
    withServer(answering(status, body, retryAfter ? { 'retry-after': retryAfter } : {}), async (url) => {
      const client = aClient(aConnection(url));
      await client.ask().catch(() => {});
      expect(client.limiter.outcomes).toStrictEqual([outcome]);
    }),
  );

  test('hears how long Optimove wants to be left alone', () =>
    withServer(answering(429, '', { 'retry-after': '3' }), async (url) => {
      const client = aClient(aConnection(url));
      await client.ask().catch(() => {});
      expect(client.limiter.outcomes).toStrictEqual([{ kind: 'throttled', retryAfterMs: 3_000 }]);
    }));

  test('that is closed lets nothing out', () =>
    withServer(answering(200, '[]'), async (url, seen) => {
      const spent = new BudgetSpentError('spent', { waitMs: 60_000 });
      const optimove = createOptimove(aConnection(url), { acquire: () => Promise.reject(spent) });
      const { signal } = new AbortController();
      const record = () => expect.unreachable();
      const error = await failureOf(
        optimove.request(aCall(), undefined, { signal, abort: signal, run: 'run', record }),
      );
      expect(error).toBe(spent);
      expect(seen).toStrictEqual([]);
    }));
});

describe('stopping', () => {
  const reason = new Error('the worker drains');

  test('before the limiter sends nothing', () =>
    withServer(answering(200, '[]'), async (url, seen) => {
      for (const which of ['signal', 'abort']) {
        const client = aClient(aConnection(url));
        const error = await failureOf(client.ask(aCall(), undefined, { [which]: AbortSignal.abort(reason) }));
        expect(error).toBe(reason);
        expect(client.records).toStrictEqual([]);
      }
      expect(seen).toStrictEqual([]);
    }));

  test('while the limiter lets it through gives the place back', () =>
    withServer(answering(200, '[]'), async (url, seen) => {
      const stop = new AbortController();
      const outcomes: unknown[] = [];
      const optimove = createOptimove(aConnection(url), {
        acquire: async () => {
          stop.abort(reason);
          return (outcome) => outcomes.push(outcome);
        },
      });
      const options = {
        signal: stop.signal,
        abort: stop.signal,
        run: 'run',
        record: () => expect.unreachable(),
      };
      expect(await failureOf(optimove.request(aCall(), undefined, options))).toBe(reason);
      expect(outcomes).toStrictEqual([{ kind: 'unsent' }]);
      expect(seen).toStrictEqual([]);
    }));

  test('the wait for the budget lets a request under way finish', () => {
    const stop = new AbortController();
    return withServer(
      (_request, response) => {
        stop.abort(reason);
        response.end('[{"a":1}]');
      },
      async (url) => {
        const answer = await aClient(aConnection(url)).ask(aCall(), undefined, { signal: stop.signal });
        expect(answer.rows).toStrictEqual([{ a: 1 }]);
      },
    );
  });

  test.each([
    ['before its status', null, (response: { writeHead(status: number): unknown }) => response],
    [
      'amid its body',
      200,
      (response: { writeHead(status: number): { write(text: string): unknown } }) =>
        response.writeHead(200).write('[{'),
    ],
  ])('a request %s is called off at once, and counts', (_when, status, begin) => {
    const stop = new AbortController();
    return withServer(
      (_request, response) => {
        begin(response);
        setTimeout(() => stop.abort(reason), 50);
      },
      async (url) => {
        const client = aClient(aConnection(url));
        expect(await failureOf(client.ask(aCall(), undefined, { abort: stop.signal }))).toBe(reason);
        expect(client.records).toMatchObject([{ status, rows: 0 }]);
        expect(client.limiter.outcomes).toStrictEqual([{ kind: 'abandoned' }]);
      },
    );
  });
});

test('a redirect is not followed, and the key goes nowhere', () =>
  withServer(answering(200, '[]'), (elsewhere, seenElsewhere) =>
    withServer(answering(302, '', { location: `${elsewhere}/in?key=${apiKey}` }), async (url) => {
      const error = await failureOf(aClient(aConnection(url)).ask());
      expect(error).toMatchObject({
        name: 'ConfigurationError',
        facts: { location: `${elsewhere}/in`, status: 302 },
      });
      expect(seenElsewhere).toStrictEqual([]);
    }),
  ));

test('a refusal can be told by its status', () =>
  withServer(answering(400, 'no such group'), async (url) => {
    const error = await failureOf(aClient(aConnection(url)).ask());
    expect(error).toBeInstanceOf(ReportRefusedError);
    expect(error).toMatchObject({
      facts: { status: 400, said: '"no such group"', parameters: aCall().parameters },
    });
  }));
