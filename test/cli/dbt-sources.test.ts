import { expect, test } from 'vitest';
import { describeSources } from '#control/dbt-sources';
import { loadText } from '../helpers/a-configuration.ts';

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
  replaced: { report: promo-codes, target: { warehouse: local, table: replaced }, schedule: { cron: "0 6 * * 1-5", timezone: UTC } }
`;

test('a key is tested for unique where it is one: not what is appended, and what is merged by its own key', async () => {
  const { sources } = describeSources(await loadText(text), []);
  const tables = new Map(sources.flatMap((source) => source.tables).map((table) => [table.name, table]));
  expect([...tables.keys()]).toEqual(['added', 'one_time', 'replaced']);
  expect(tables.get('added')?.data_tests).toBeUndefined();
  expect(tables.get('one_time')).toMatchObject({ identifier: 'one time' });
  const keyOf = (name: string) => tables.get(name)?.data_tests?.[0]?.unique.arguments.column_name ?? '';
  expect(keyOf('one_time').match(/"[^"]+"/g)).toEqual(['"_river"', '"date"', '"customer_id"']);
  expect(keyOf('replaced')).toContain('"_river"');
  // Over a weekend there are three days between two starts.
  expect(tables.get('replaced')?.config.freshness?.warn_after).toEqual({ count: 78, period: 'hour' });
  expect(tables.get('added')?.config.freshness).toBeNull();
});

test('a mistyped river is answered with the nearest', async () => {
  const configuration = await loadText(text);
  expect(() => describeSources(configuration, ['replacd'])).toThrow(/did you mean "replaced"/);
});
