import { expect, test } from 'vitest';
import { describeSources, listFillings } from '#control/dbt-sources';
import type { Configuration } from '#domain/river/configuration';
import { loadText } from '../helpers/a-configuration.ts';

const describe = (configuration: Configuration) =>
  describeSources(configuration, listFillings(configuration, []));

const text = `connections:
  main: { baseUrl: "https://api4.optimove.net/current", auth: { apiKey: "\${KEY}" } }
warehouses:
  local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }
defaults: { connection: main, period: { start: 2026-01-01 } }
rivers:
  added: { report: promo-codes, target: { warehouse: local, table: added, load: append } }
  one-time:
    report: customer-one-time-actions-by-date
    target: { warehouse: local, table: one time, load: merge, key: [date, customer_id] }
  odd: { report: promo-codes, target: { warehouse: local, table: one-time } }
  replaced: { report: promo-codes, target: { warehouse: local, table: replaced }, schedule: { cron: "0 6 * * 1-5", timezone: UTC } }
`;

test('a key is tested for unique where it is one: not what is appended, and what is merged by its own key', async () => {
  const { sources } = describe(await loadText(text));
  const tables = new Map(sources.flatMap((source) => source.tables).map((table) => [table.name, table]));
  expect([...tables.keys()]).toEqual(['added', 'one_time', 'one_time_2', 'replaced']);
  expect(tables.get('added')?.data_tests).toBeUndefined();
  expect(tables.get('one_time')).toMatchObject({ identifier: 'one time' });
  expect(tables.get('one_time_2')).toMatchObject({ identifier: 'one-time' });
  const keyOf = (name: string) => tables.get(name)?.data_tests?.[0]?.unique.arguments.column_name ?? '';
  expect(keyOf('one_time').match(/"[^"]+"/g)).toEqual(['"_river"', '"date"', '"customer_id"']);
  expect(keyOf('replaced')).toContain('"_river"');
  // Over a weekend there are three days between two starts.
  expect(tables.get('replaced')?.config.freshness?.warn_after).toEqual({ count: 78, period: 'hour' });
  expect(tables.get('added')?.config.freshness).toBeNull();
});

test('sources in the cloud are named as they are found there: with their project or database, and in Snowflake as it stores names', async () => {
  const cloud = text
    .replace(
      'warehouses:',
      `warehouses:
  lake: { client: bigquery, connection: { projectId: my-project }, schema: optimove, books: local }
  flake: { client: snowflake, connection: { account: a, database: ANALYTICS }, schema: optimove, books: local }`,
    )
    .replace(
      'rivers:',
      `rivers:
  lake: { report: promo-codes, target: { warehouse: lake, table: codes } }
  flake: { report: promo-codes, target: { warehouse: flake, table: codes } }`,
    );
  const configuration = await loadText(cloud);
  const [lake, flake] = describeSources(
    configuration,
    listFillings(configuration, ['lake', 'flake']),
  ).sources;
  expect(lake).toMatchObject({ database: 'my-project', schema: 'optimove', tables: [{ name: 'codes' }] });
  expect(lake?.tables[0]).not.toHaveProperty('identifier');
  expect(lake?.tables[0]?.columns.map(({ name }) => name)).toContain('_river');
  // In quotes a name in lower case would be another one.
  expect(flake).toMatchObject({ database: 'ANALYTICS', schema: 'optimove' });
  expect(flake?.tables[0]).toMatchObject({ name: 'codes', identifier: 'CODES' });
  for (const { name } of flake?.tables[0]?.columns ?? []) expect(name).toBe(name.toUpperCase());
  const unique = flake?.tables[0]?.data_tests?.[0]?.unique.arguments.column_name ?? '';
  expect(unique.match(/cast\("[^"]+" as varchar\)/g)).toContain('cast("_RIVER" as varchar)');
  expect(unique).not.toMatch(/cast\("[^"]*[a-z]/);
});

test('a mistyped river is answered with the nearest', async () => {
  const configuration = await loadText(text);
  expect(() => listFillings(configuration, ['replacd'])).toThrow(/did you mean "replaced"/);
});
