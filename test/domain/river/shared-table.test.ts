import { describe, expect, test } from 'vitest';
import type { WarehouseSetting } from '#domain/river/configuration';
import { sharedTables, tableIdentity } from '#domain/river/shared-table';
import { Secret } from '#domain/secret';
import { aStoredRun } from '../../helpers/a-stored-run.ts';

const pg = (name: string, connection: unknown, schema?: string): WarehouseSetting => ({
  name,
  client: 'pg',
  connection: new Secret<unknown>(connection),
  schema,
  keepCallsForMs: 0,
});
const file = (name: string, filename: string): WarehouseSetting => ({
  name,
  client: 'better-sqlite3',
  connection: new Secret<unknown>({ filename }),
  schema: undefined,
  keepCallsForMs: 0,
});
const warehouses = new Map(
  [
    file('local', '/a.db'),
    file('again', '/a.db'),
    file('other', '/b.db'),
    pg('prod', { host: 'h', database: 'd' }, 'river'),
    pg('turned', { database: 'd', host: 'h' }, 'river'),
    pg('elsewhere', { host: 'h', database: 'd' }),
  ].map((setting) => [setting.name, setting]),
);
const isOne = (one: readonly [string, string], other: readonly [string, string]) => {
  const [first, second] = [one, other].map(([warehouse, table]) =>
    tableIdentity({ warehouse, table }, warehouses),
  );
  return first === second;
};

describe('two targets are one table', () => {
  test.each([
    [['local', 'codes'], ['local', 'CODES'], true],
    [['local', 'ä'], ['local', 'Ä'], false],
    [['local', 'codes'], ['again', 'codes'], true],
    [['local', 'codes'], ['other', 'codes'], false],
    [['prod', 'codes'], ['prod', 'CODES'], false],
    [['prod', 'codes'], ['turned', 'codes'], true],
    [['prod', 'codes'], ['elsewhere', 'codes'], false],
    [['nowhere', 'codes'], ['nowhere', 'codes'], true],
  ] as const)('%j and %j: %s', (one, other, same) => {
    expect(isOne(one, other)).toBe(same);
  });
});

test('only rivers of one report through one connection bring the same rows into a table', () => {
  const { river } = aStoredRun();
  const into = (name: string, table: string, connection = 'main') => ({
    ...river,
    name,
    connection,
    target: { ...river.target, warehouse: 'local', table },
  });
  const rivers = [into('a', 't'), into('b', 'T'), into('c', 'u'), into('d', 't', 'second'), into('e', 't')];
  const configuration = {
    file: 'river.yaml',
    connections: new Map(),
    warehouses,
    rivers: new Map(rivers.map((each) => [each.name, each])),
    findProxy: () => undefined,
    notifications: new Map(),
  };
  expect(sharedTables(configuration)).toEqual([
    {
      rivers: ['a', 'b', 'e'],
      warning: `a, b and e pull ${river.report} through the connection main into t: rows that several of them pull stand there once for each, told apart by _river`,
    },
  ]);
});
