import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OptimoveConnection } from '#activities/ports';
import { createConfigurations } from '#config/watch-configuration';
import type { BudgetAnswer, Reservation } from '#domain/budget/reservation';
import { ConfigurationError, CredentialsRefusedError } from '#domain/errors';
import type { Configuration, Connection } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { createOptimove } from '#optimove/create-optimove';
import { connectionsInUse, rereadSecretsOnRefusal } from '#workers/connections-in-use';
import { aFile } from '../helpers/a-configuration.ts';
import { aCall, aConnection, aLimiter, failureOf } from '../helpers/an-optimove.ts';
import { withFolder } from '../helpers/folder.ts';
import { answering, type Handler, type SeenRequest, withServer } from '../helpers/with-server.ts';

const never = new AbortController().signal;
const other = [{ calls: 7, perMs: 1000 }];

/** Connections of a configuration that can be changed, and what their budget was asked. */
function inUse(first: Connection) {
  let connections = new Map([[first.name, first]]);
  const asked: (Reservation & { readonly connection: string })[] = [];
  const current = async (): Promise<Configuration> => ({
    file: 'river.yaml',
    connections,
    warehouses: new Map(),
    rivers: new Map(),
    findProxy: () => undefined,
    notifications: new Map(),
    salts: new Map(),
  });
  const reserveOf = (connection: string) => async (request: Reservation) => {
    asked.push({ ...request, connection });
    return grantAll(request);
  };
  return {
    asked,
    connections: connectionsInUse(current, reserveOf),
    configure(...changed: Connection[]) {
      connections = new Map(changed.map((connection) => [connection.name, connection]));
    },
  };
}

function grantAll({ asks, room }: Reservation): BudgetAnswer {
  const runs = asks.flatMap(({ run, calls }) => Array.from({ length: calls }, () => run));
  return {
    permits: runs.slice(0, room).map((run) => ({ run, at: 0, probe: false })),
    askAgainMs: null,
    nextInMs: [],
    heldBy: null,
    answeredAt: 0,
    processes: 1,
    windows: [{ calls: 100, perSeconds: 10, used: asks.length, free: 100 - asks.length }],
  };
}

const call = ({ optimove }: OptimoveConnection) =>
  optimove.request(aCall({ pages: false }), undefined, {
    signal: never,
    abort: never,
    run: 'run',
    record: () => {},
  });

/** Gives a token for a sign-in; refuses it once eight calls were made with it. */
const signingIn = (): Handler => {
  let calls = 0;
  return ({ url }, response) => {
    if (url.endsWith('general/login')) {
      response.writeHead(200).end('"a-token-of-the-session"');
      return;
    }
    calls += 1;
    if (calls === 9) response.writeHead(403).end('Authorization-Token expired');
    else response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
  };
};

const signInsOf = (seen: readonly SeenRequest[]): string[] =>
  seen.filter(({ url }) => url.endsWith('general/login')).map(({ body }) => JSON.parse(body).Password);

describe('a connection', () => {
  test('is made once, asks its own budget under its own windows, and knows how they stand', () =>
    withServer(answering(200, '[]'), async (url) => {
      const connection = aConnection(url, { budget: other });
      const { connections, asked } = inUse(connection);
      const made = await connections.get('main');
      expect(await connections.get('main')).toBe(made);
      expect(made.windows()).toEqual([]);
      await call(made);
      expect(asked).toMatchObject([
        { connection: 'main', windows: other, asks: [{ run: 'run', calls: 1 }], room: 8 },
      ]);
      expect(made.windows()).toEqual([{ calls: 100, perSeconds: 10, used: 1, free: 99 }]);
    }));

  test('that is changed is made anew, and what was permitted and is in flight stays known', () =>
    withServer(answering(200, '[]'), async (url) => {
      const { connections, asked, configure } = inUse(aConnection(url));
      const before = await connections.get('main');
      await call(before);
      configure(aConnection(url, { maxConcurrentCalls: 3, pageSize: 5 }));
      const after = await connections.get('main');
      expect(after.connection.pageSize).toBe(5);
      expect(after.seenPages).not.toBe(before.seenPages);
      await call(after);
      expect(asked.map(({ room }) => room)).toEqual([8, 3]);
      expect(new Set(asked.map(({ process }) => process)).size).toBe(1);
      expect(asked.map(({ sequence }) => sequence)).toEqual([1, 2]);
      expect(after.windows()).toEqual(before.windows());
    }));

  test('that only was written anew stays as it is, and so does its socket', () =>
    withServer(answering(200, '[]'), async (url, seen) => {
      const { connections, configure } = inUse(aConnection(url));
      const before = await connections.get('main');
      await call(before);
      configure(aConnection(url));
      expect(await connections.get('main')).toBe(before);
      await call(before);
      expect(new Set(seen.map(({ port }) => port)).size).toBe(1);
    }));

  test('of a login keeps its token whatever else changes, its password too, until that is refused', () =>
    withServer(signingIn(), async (url, seen) => {
      const login = (changes: Partial<Connection>, password = 'first') =>
        aConnection(url, {
          auth: { kind: 'login', username: 'user', password: new Secret(password) },
          ...changes,
        });
      const { connections, configure } = inUse(login({}));
      const begun = await connections.get('main');
      await call(begun);
      for (const change of [{ pageSize: 5 }, { callTimeoutMs: 4_000 }, { maxConcurrentCalls: 2 }]) {
        configure(login(change));
        await call(await connections.get('main'));
        await call(begun);
      }
      expect(signInsOf(seen)).toEqual(['first']);
      configure(login({}, 'second'));
      await call(begun);
      expect(signInsOf(seen)).toEqual(['first']);
      // The fake API ends the session after eight calls.
      await call(begun);
      expect(signInsOf(seen)).toEqual(['first', 'second']);
    }));

  test('whose key is changed is called with the new one by work that has begun', () =>
    withServer(answering(200, '[]'), async (url, seen) => {
      const keyed = (key: string) => aConnection(url, { auth: { kind: 'apiKey', apiKey: new Secret(key) } });
      const { connections, configure } = inUse(keyed('old'));
      const begun = await connections.get('main');
      await call(begun);
      configure(keyed('new'));
      await call(begun);
      expect(seen.map(({ headers }) => headers['x-api-key'])).toEqual(['old', 'new']);
    }));

  test('keeps to a changed budget for work that has begun', () =>
    withServer(answering(200, '[]'), async (url) => {
      const { connections, asked, configure } = inUse(aConnection(url));
      const begun = await connections.get('main');
      await call(begun);
      configure(aConnection(url, { budget: other }));
      await call(begun);
      expect(asked.map(({ windows }) => windows)).toEqual([aConnection(url).budget, other]);
    }));

  test('that was taken out of the file goes on for work that has begun, and is refused to what comes', () =>
    withServer(answering(200, '[]'), async (url) => {
      const { connections, asked, configure } = inUse(aConnection(url));
      const begun = await connections.get('main');
      configure(aConnection(url, { name: 'second' }));
      await call(begun);
      expect(asked).toHaveLength(1);
      await expect(connections.get('main')).rejects.toThrow(ConfigurationError);
      await expect(connections.get('main')).rejects.toThrow(
        'river.yaml has no connection main; it has second.',
      );
    }));
});

test('a key that is refused is read again, and the call made once more with it where it is another one', () =>
  withFolder((folder) =>
    withServer(
      ({ headers }, response) => response.writeHead(headers['x-api-key'] === 'new' ? 200 : 401).end('[]'),
      async (url, seen) => {
        const file = join(folder, 'river.yaml');
        const text = aFile.replace('https://api4.optimove.net/current', url);
        await writeFile(file, text.replace(`"\${KEY}"`, '"exec:cat ./key"'));
        await writeFile(join(folder, 'key'), 'old\n');
        let now = 0;
        const configurations = createConfigurations({ file, env: process.env, now: () => now });
        const get = async (name: string) => {
          const connection = (await configurations.current()).connections.get(name);
          if (!connection) throw new Error('it is there');
          const optimove = createOptimove(connection, aLimiter());
          return {
            connection,
            optimove,
            windows: () => [],
            seenPages: {} as never,
            outages: () => ({}) as never,
          };
        };
        const request = async () => {
          const { optimove } = await rereadSecretsOnRefusal(configurations, get, 'main');
          const passage = { signal: never, abort: never, run: 'run', record: () => {} };
          return optimove.request(aCall({ pages: false }), undefined, passage);
        };
        const keys = () => seen.map(({ headers }) => headers['x-api-key']);

        expect(await failureOf(request())).toBeInstanceOf(CredentialsRefusedError);
        expect(keys()).toEqual(['old']);
        await writeFile(join(folder, 'key'), 'new\n');
        now += 60_000;
        expect((await request()).rows).toEqual([]);
        expect(keys()).toEqual(['old', 'old', 'new']);
      },
    ),
  ));
