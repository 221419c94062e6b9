import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createSharedLimiter } from '#budget/limiter';
import { backOffUntil } from '#domain/budget/back-off';
import { createCallBudget, reserve, sentAgoMs } from '#domain/budget/call-budget';
import { defaultBudget } from '#domain/budget/window';
import {
  BudgetSpentError,
  ConfigurationError,
  CredentialsRefusedError,
  OptimoveUnavailableError,
  ThrottledError,
} from '#domain/errors';
import { aCall, aClient, aConnection, aLogin, failureOf, password } from '../helpers/an-optimove.ts';
import { answering, type Handler, withServer } from '../helpers/with-server.ts';
import { withSimulator } from '../helpers/with-simulator.ts';

const auth = aLogin;
const list = aCall({ kind: 'list', endpoint: 'actions/GetAllActions', parameters: {}, pages: false });

describe('a sign-in', () => {
  test('comes before the first call, and the token with every call after it', () =>
    withServer(tenant(), async (url, seen) => {
      const client = aClient(aConnection(`${url}/current`, { auth }));
      await client.ask();
      await client.ask();
      expect(seen.map(({ method, url: path }) => `${method} ${path.split('?')[0]}`)).toStrictEqual([
        'POST /current/general/login',
        'GET /current/customers/GetCustomersByAction',
        'GET /current/customers/GetCustomersByAction',
      ]);
      expect(JSON.parse(seen[0]?.body ?? '')).toStrictEqual({ UserName: 'ada', Password: password });
      expect(seen[0]?.headers).toMatchObject({
        accept: 'application/json',
        'content-type': 'application/json',
      });
      expect(seen[2]?.headers).toMatchObject({ 'authorization-token': 'token-1' });
      expect(seen[2]?.headers).not.toHaveProperty('x-api-key');
    }));

  test('leaves no listener on the signals', () =>
    withServer(tenant(), async (url) => {
      const client = aClient(aConnection(url, { auth }));
      const { signal } = new AbortController();
      await Promise.all([1, 2].map(() => client.ask(undefined, undefined, { signal, abort: signal })));
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    }));

  test('passes the limiter and is recorded', () =>
    withServer(tenant(), async (url) => {
      const client = aClient(aConnection(url, { auth }));
      await client.ask();
      expect(client.limiter).toMatchObject({
        acquired: 2,
        outcomes: [{ kind: 'answered' }, { kind: 'answered' }],
      });
      expect(client.records).toMatchObject([
        { call: 'general/login', status: 200, rows: 0, bytes: '"token-1"'.length },
        { status: 200, rows: 1 },
      ]);
    }));

  test('is shared by all who wait for it', () =>
    withServer(tenant(), async (url, seen) => {
      const client = aClient(aConnection(url, { auth }));
      await Promise.all(Array.from({ length: 8 }, () => client.ask()));
      expect(signInsOf(seen)).toHaveLength(1);
      expect(seen).toHaveLength(9);
    }));

  test('that fails fails all who wait for it, with one request', () =>
    withServer(answering(401, 'Unauthorized'), async (url, seen) => {
      const client = aClient(aConnection(url, { auth }));
      const errors = await Promise.all(Array.from({ length: 4 }, () => failureOf(client.ask())));
      for (const error of errors) expect(error).toBeInstanceOf(CredentialsRefusedError);
      expect(seen).toHaveLength(1);
    }));

  test('takes a token that came without its quotes', () =>
    withServer(tenant({ token: '3f2504e0-4f89-11d3-9a0c-0305e82c3301' }), async (url, seen) => {
      await aClient(aConnection(url, { auth })).ask();
      expect(seen[1]?.headers).toMatchObject({
        'authorization-token': '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
      });
    }));

  test.each([
    [401, '"Unauthorized"', CredentialsRefusedError],
    [403, 'Unauthorized User', CredentialsRefusedError],
    [400, 'Missing Password', CredentialsRefusedError],
    [405, '"Method Not Allowed"', CredentialsRefusedError],
    [200, '', CredentialsRefusedError],
    [200, 'null', CredentialsRefusedError],
    [200, '"No such user"', CredentialsRefusedError],
    [200, '{"token":"abc"}', CredentialsRefusedError],
    [200, '<html>blocked</html>', OptimoveUnavailableError],
    [401, '<html>blocked</html>', OptimoveUnavailableError],
    [404, 'Not Found', ConfigurationError],
    [302, '', ConfigurationError],
    [429, '', ThrottledError],
    [500, '', OptimoveUnavailableError],
  ])('answered with %i %j throws the right error', (status, body, kind) =>
    withServer(answering(status, body, {}), async (url, seen) => {
      const client = aClient(aConnection(url, { auth }));
      const error = await failureOf(client.ask());
      expect(error).toBeInstanceOf(kind);
      expect((error as Error).message).toContain('main');
      expect(seen).toHaveLength(1);
      expect(client.records).toMatchObject([{ call: 'general/login', status }]);
    }),
  );

  test('that its caller calls off is taken up by the next one', () => {
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const serve = tenant();
    return withServer(
      (request, response, seen) => {
        // The first sign-in hangs until it is called off.
        if (seen.length > 1) serve(request, response, seen);
        else stop.abort(reason);
      },
      async (url, seen) => {
        const client = aClient(aConnection(url, { auth }));
        const first = failureOf(client.ask(undefined, undefined, { abort: stop.signal }));
        const second = client.ask();
        expect(await first).toBe(reason);
        expect((await second).rows).toHaveLength(1);
        expect(signInsOf(seen)).toHaveLength(2);
        expect(client.records[0]).toMatchObject({ call: 'general/login', status: null });
      },
    );
  });

  test('of another one is not waited for by a caller that stops', () => {
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const serve = tenant();
    return withServer(
      async (request, response, seen) => {
        stop.abort(reason);
        await second;
        serve(request, response, seen);
      },
      async (url, seen) => {
        const client = aClient(aConnection(url, { auth }));
        const first = client.ask();
        waiter.resolve(failureOf(client.ask(undefined, undefined, { signal: stop.signal })));
        expect(await second).toBe(reason);
        expect((await first).rows).toHaveLength(1);
        expect(signInsOf(seen)).toHaveLength(1);
      },
    );
  });
});

describe('a sign-in that is refused with 429', () => {
  const refusing = (times: number, headers: Record<string, string> = {}): Handler => {
    const serve = tenant();
    let refused = 0;
    return (request, response, seen) => {
      if (!request.url.endsWith('/general/login') || refused >= times) return serve(request, response, seen);
      refused += 1;
      response.writeHead(429, headers).end('too fast');
    };
  };

  test('is told to the limiter as what it is, and sent again after two seconds where it does not say when', () =>
    withServer(refusing(1), async (url, seen) => {
      const client = aClient(aConnection(url, { auth }));
      expect(await failureOf(client.ask())).toBeInstanceOf(ThrottledError);
      expect((await client.ask()).rows).toHaveLength(1);
      const [first, second] = signInsOf(seen);
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_999);
      expect(client.limiter.outcomes).toEqual([
        { kind: 'signInThrottled' },
        { kind: 'answered' },
        { kind: 'answered' },
      ]);
      expect(client.records.map(({ status }) => status)).toEqual([429, 200, 200]);
    }));

  test.each([
    ['30', 30_000],
    ['3600000', 3_600_000],
    [new Date(Date.now() + 365 * 86_400_000).toUTCString(), 3_600_000],
  ])('with Retry-After %j waits in its run, an hour at most, or until a person ends it', (header, waitMs) =>
    withServer(refusing(1, { 'retry-after': header }), async (url, seen) => {
      const client = aClient(aConnection(url, { auth }));
      expect(await failureOf(client.ask())).toBeInstanceOf(ThrottledError);
      const spent = await failureOf(client.ask());
      expect(spent).toBeInstanceOf(BudgetSpentError);
      expect((spent as BudgetSpentError).message).toContain('sign-in');
      const left = (spent as BudgetSpentError).waitMs;
      expect(left).toBeLessThanOrEqual(waitMs);
      expect(left).toBeGreaterThan(waitMs - 10_000);
      expect(seen).toHaveLength(1);
      const lifted = '2026-01-05T10:00:00.000Z';
      expect((await client.ask(undefined, undefined, { lifted })).rows).toHaveLength(1);
      expect(signInsOf(seen)).toHaveLength(2);
    }),
  );

  test('holds up nobody who has a token, though all share one budget, and counts as a call', () =>
    withSimulator({ auth: { username: 'ada', password } }, async ({ url, stats }) => {
      const budget = createCallBudget(defaultBudget);
      const createProcess = (process: string) =>
        createSharedLimiter({
          maxConcurrentCalls: 4,
          async reserve(request) {
            const reservation = { ...request, process, windows: defaultBudget, callTimeoutMs: 60_000 };
            const answeredAt = Date.now();
            return { ...reserve(budget, reservation, answeredAt + request.leadMs), answeredAt, processes: 2 };
          },
        });
      const limiters = [createProcess('one'), createProcess('other')];
      const [one, other] = limiters.map((limiter) =>
        aClient(aConnection(`${url}/current`, { auth }), { limiter }),
      );
      await one?.ask(list);
      expect(await failureOf(other?.ask(list) ?? Promise.resolve())).toBeInstanceOf(ThrottledError);
      for (let k = 0; k < 3; k += 1) await one?.ask(list);
      await Promise.all(limiters.map((limiter) => limiter.close()));
      expect(budget.throttle.at).toBeNull();
      expect(backOffUntil(budget, Date.now())).toBeNull();
      expect(sentAgoMs(budget, Date.now())).toHaveLength(stats().calls);
      expect(stats().calls).toBe(6);
    }));

  test('after a 401 shows that the token may live: it is tried once more, and all go on', () =>
    withSimulator(
      {
        auth: { username: 'ada', password },
        faults: [{ kind: 'status', status: 401, match: { endpoint: 'actions/*' }, times: 1 }],
      },
      async ({ url, calls }) => {
        const client = aClient(aConnection(`${url}/current`, { auth }));
        expect((await client.ask(list)).rows.length).toBeGreaterThan(0);
        expect(calls().map(({ status }) => status)).toEqual([200, 401, 429, 200]);
      },
    ));

  test('and where it is refused again it is dead: the next sign-in is waited for', () =>
    withServer(
      (request, response, seen) => {
        const signIns = signInsOf(seen).length;
        if (request.url.endsWith('/general/login'))
          response.writeHead(signIns === 2 ? 429 : 200).end(`"token-${signIns}"`);
        else if (request.headers['authorization-token'] === 'token-3') response.end('[{"ActionID":1}]');
        else response.writeHead(401).end('Unauthorized');
      },
      async (url, seen) => {
        const client = aClient(aConnection(url, { auth }));
        expect((await client.ask(list)).rows).toHaveLength(1);
        expect(signInsOf(seen)).toHaveLength(3);
        expect(client.records.map(({ status }) => status)).toEqual([200, 401, 429, 401, 200, 200]);
      },
    ));

  test('a lift that was heard of once ends no later wait', () =>
    withServer(refusing(2, { 'retry-after': '60' }), async (url, seen) => {
      const client = aClient(aConnection(url, { auth }));
      const ask = (lifted?: string) =>
        failureOf(client.ask(undefined, undefined, lifted === undefined ? {} : { lifted }));
      await ask();
      expect(await ask('2026-01-05T10:00:00.000Z')).toBeInstanceOf(ThrottledError);
      for (const lifted of ['2026-01-05T10:00:00.000Z', undefined, '2026-01-04T10:00:00.000Z'])
        expect(await ask(lifted)).toBeInstanceOf(BudgetSpentError);
      expect(seen).toHaveLength(2);
    }));
});

describe('an expired token', () => {
  test.each(['Authorization-Token Expired', '"Authorization-Token expired"'])(
    'told as %j is followed by one sign-in and the call again',
    (words) =>
      withServer(tenant({ expireOnce: words }), async (url, seen) => {
        const client = aClient(aConnection(url, { auth }));
        expect((await client.ask()).rows).toHaveLength(1);
        expect(client.records.map(({ call, status }) => [call.split('?')[0], status])).toStrictEqual([
          ['general/login', 200],
          ['GetCustomersByAction', 403],
          ['general/login', 200],
          ['GetCustomersByAction', 200],
        ]);
        expect(client.limiter.acquired).toBe(4);
        expect(seen[3]?.headers).toMatchObject({ 'authorization-token': 'token-2' });
      }),
  );

  test('of many calls at once costs one sign-in, a second after the one before', () =>
    withServer(tenant({ expireOnce: 'Authorization-Token Expired' }), async (url, seen) => {
      const client = aClient(aConnection(url, { auth }));
      const answers = await Promise.all(Array.from({ length: 8 }, () => client.ask()));
      for (const answer of answers) expect(answer.rows).toHaveLength(1);
      const [first, second, ...others] = signInsOf(seen);
      expect(others).toStrictEqual([]);
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(999);
    }));

  test('that is expired again is refused', () =>
    withServer(tenant({ alwaysRefuse: [403, 'Authorization-Token Expired'] }), async (url, seen) => {
      const client = aClient(aConnection(url, { auth }));
      expect(await failureOf(client.ask())).toBeInstanceOf(CredentialsRefusedError);
      expect(seen).toHaveLength(4);
    }));

  test('is not what another 403 means; the next call signs in afresh', () =>
    withServer(tenant({ alwaysRefuse: [403, 'Unauthorized User'] }), async (url, seen) => {
      const client = aClient(aConnection(url, { auth }));
      expect(await failureOf(client.ask())).toBeInstanceOf(CredentialsRefusedError);
      expect(seen).toHaveLength(2);
      expect(await failureOf(client.ask())).toBeInstanceOf(CredentialsRefusedError);
      expect(signInsOf(seen)).toHaveLength(2);
    }));

  test.each(['Unauthorized User', '"Unauthorized"', ''])(
    'is what any 401 may mean, such as %j, on lists too',
    (words) =>
      withServer(tenant({ expireOnce: words, expiredStatus: 401 }), async (url, seen) => {
        const client = aClient(aConnection(url, { auth }));
        expect((await client.ask(list)).rows).toHaveLength(1);
        expect(signInsOf(seen)).toHaveLength(2);
        expect(client.records.map(({ status }) => status)).toStrictEqual([200, 401, 200, 200]);
      }),
  );

  test('may be what a page with 401 means: it passes, and the next try signs in afresh', () =>
    withServer(
      tenant({ expireOnce: '<html><title>401</title></html>', expiredStatus: 401 }),
      async (url, seen) => {
        const client = aClient(aConnection(url, { auth }));
        expect(await failureOf(client.ask())).toBeInstanceOf(OptimoveUnavailableError);
        expect((await client.ask()).rows).toHaveLength(1);
        expect(signInsOf(seen)).toHaveLength(2);
      },
    ));

  test('is no more doubted where a page with 401 comes again after a 429 to the sign-in', () => {
    let signIns = 0;
    return withServer(
      ({ url: path }, response) => {
        if (!path.endsWith('/general/login')) response.writeHead(401).end('<html>blocked</html>');
        else if (++signIns === 1) response.end('"token-1"');
        else response.writeHead(429).end();
      },
      async (url, seen) => {
        const client = aClient(aConnection(url, { auth }));
        for (let tries = 0; tries < 4; tries += 1)
          expect(await failureOf(client.ask())).toBeInstanceOf(OptimoveUnavailableError);
        expect(signInsOf(seen)).toHaveLength(2);
      },
    );
  });

  test('and a 401 that comes again is refused, after one sign-in more', () =>
    withServer(tenant({ alwaysRefuse: [401, 'Unauthorized User'] }), async (url, seen) => {
      const client = aClient(aConnection(url, { auth }));
      expect(await failureOf(client.ask())).toBeInstanceOf(CredentialsRefusedError);
      expect(seen).toHaveLength(4);
      expect(signInsOf(seen)).toHaveLength(2);
    }));

  test('means nothing under an API key', () =>
    withServer(answering(403, 'Authorization-Token Expired'), async (url, seen) => {
      expect(await failureOf(aClient(aConnection(url)).ask())).toBeInstanceOf(CredentialsRefusedError);
      expect(seen).toHaveLength(1);
    }));
});

const waiter = Promise.withResolvers<unknown>();
const second = waiter.promise;

function signInsOf<T extends { url: string }>(seen: readonly T[]): T[] {
  return seen.filter(({ url }) => url.endsWith('/general/login'));
}

/** A tenant with logins: token-1, token-2 … in turn, of which only the last is good. */
function tenant({
  token,
  expireOnce,
  expiredStatus = 403,
  alwaysRefuse,
}: {
  token?: string;
  expireOnce?: string;
  expiredStatus?: number;
  alwaysRefuse?: [status: number, words: string];
} = {}): Handler {
  let signIns = 0;
  return (request, response) => {
    if (request.url.endsWith('/general/login')) {
      signIns += 1;
      response.end(token ?? JSON.stringify(`token-${signIns}`));
    } else if (alwaysRefuse !== undefined) {
      response.writeHead(alwaysRefuse[0]).end(alwaysRefuse[1]);
    } else if (expireOnce !== undefined && request.headers['authorization-token'] !== 'token-2') {
      response.writeHead(expiredStatus).end(expireOnce);
    } else {
      response.end('[{"CustomerID":"1"}]');
    }
  };
}
