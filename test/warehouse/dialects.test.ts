import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const listFiles = (dialect: string): string[] =>
  readdirSync(new URL(`../../src/warehouse/${dialect}`, import.meta.url)).sort();

test('each dialect has the same files: what differs between databases is looked for under one name', () => {
  expect(listFiles('postgres')).toEqual([
    'connect.ts',
    'dialect.ts',
    'failures.ts',
    'merge-rows.ts',
    'read-columns.ts',
    'session.ts',
    'table-rules.ts',
    'write-rows.ts',
  ]);
  expect(listFiles('sqlite')).toEqual(listFiles('postgres'));
  // A driver that Knex does not know is in the same folder; tables have no constraints there.
  const shared = listFiles('postgres').filter((file) => file !== 'table-rules.ts');
  for (const cloud of ['bigquery', 'snowflake'])
    expect(listFiles(cloud)).toEqual(expect.arrayContaining(shared));
});
