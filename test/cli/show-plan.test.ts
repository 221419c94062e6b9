import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFile, anEnvironment } from '../helpers/a-configuration.ts';
import { commandHere } from '../helpers/command-here.ts';
import { documentOf, nowhere } from '../helpers/commanded.ts';
import { withFolder } from '../helpers/folder.ts';

const bigQuery = aFile.replace(
  'local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }',
  `local: { client: bigquery, connection: { projectId: p }, schema: d, books: prod }
  prod: { client: better-sqlite3, connection: { filename: ./prod.db } }`,
);

/** `river plan codes`, where there is no Temporal. */
const planned = (file: string, ...more: string[]) => plannedAs(['plan', 'codes', ...more], file);

const plannedAs = (command: readonly string[], file: string) =>
  withFolder(async (folder) => {
    const path = join(folder, 'river.yaml');
    await writeFile(path, file);
    const env = { ...anEnvironment, RIVER_CONFIG: path, TEMPORAL_ADDRESS: await nowhere() };
    return commandHere(command, env);
  });

test('a plan says how many queries and load jobs a run takes in the cloud, and does not ask it', async () => {
  const { code, stdout } = await planned(bigQuery);
  expect(code).toBe(0);
  // Eight chunks of four days: three queries as the run opens, three and a load job for each chunk.
  expect(stdout).toMatch(/^Needs {4}27 queries and 8 load jobs in the warehouse$/m);
  const snowflake = bigQuery.replace(
    'client: bigquery, connection: { projectId: p }',
    'client: snowflake, connection: { account: a, database: d }',
  );
  expect((await planned(snowflake)).stdout).toMatch(
    /^Needs {4}27 queries and 8 load jobs in the warehouse$/m,
  );
  const appending = bigQuery
    .replace('table: codes', 'table: codes, load: append')
    .replace('size: 4', 'size: 31');
  expect((await planned(appending)).stdout).toMatch(/^Needs {4}5 queries and 1 load job in the warehouse$/m);
  const overwriting = bigQuery.replace('table: codes', 'table: codes, load: overwrite');
  expect(documentOf(await planned(overwriting, '--json'))).toMatchObject({ jobs: { queries: 15, loads: 1 } });
});

test('the plans of all rivers say it as well, of those that are paid for by use', async () => {
  const both = `${bigQuery}  kept: { report: promo-codes, connection: main, period: { start: 2026-01-01, end: 2026-01-02 }, target: { warehouse: prod, table: kept } }\n`;
  const { stdout } = await plannedAs(['plan'], both);
  expect(stdout).toMatch(/^river .* queries +load jobs$/m);
  expect(stdout).toMatch(/^codes .* 27 +8$/m);
  expect(stdout).toMatch(/^kept .* – +–$/m);
  expect((await plannedAs(['plan'], aFile)).stdout).not.toContain('load jobs');
});

test('a plan says nothing of queries where they cost nothing', async () => {
  const { code, stdout } = await planned(aFile);
  expect(code).toBe(0);
  expect(stdout).not.toContain('load job');
  expect(documentOf(await planned(aFile, '--json'))).not.toHaveProperty('jobs');
});
