import { describe, expect, test } from 'vitest';
import type { OptimoveConnection } from '../../src/activities/ports.ts';
import type { BudgetAnswer, Reservation } from '../../src/domain/budget/reservation.ts';
import { ConfigurationError } from '../../src/domain/errors.ts';
import type { Configuration, Connection } from '../../src/domain/river/configuration.ts';
import { connectionsInUse } from '../../src/workers/connections-in-use.ts';
import { aCall, aConnection } from '../helpers/an-optimove.ts';
import { answering, withServer } from '../helpers/with-server.ts';

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
    proxyOf: () => undefined,
    notifications: new Map(),
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
    permits: runs.slice(0, room).map((run) => ({ run, at: 0, afterMs: 0, probe: false })),
    askAgainMs: null,
    nextInMs: [],
    heldBy: null,
    answeredAt: 0,
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
