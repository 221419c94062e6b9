import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nowhere } from '../../helpers/commanded.ts';
import { withFolder } from '../../helpers/folder.ts';
import { withRivers } from '../../helpers/with-rivers.ts';

const report = 'customer-action-details-by-date';
const days = ['--start', '2026-01-01', '--end', '2026-01-02'];

it('what a person has to change in a warehouse is told with 2 by every command that asks it, also where another is away', () =>
  withFolder(async (folder) => {
    const filename = join(folder, 'books.db');
    await writeFile(
      filename,
      'no database, but many words that stand where one is expected to be. '.repeat(20),
    );
    const connection = { host: '127.0.0.1', port: Number((await nowhere()).split(':')[1]), user: 'u' };
    const river = (warehouse: string) => ({
      report,
      period: { start: '2026-01-01' },
      target: { warehouse, table: 't' },
    });
    await withRivers(
      {
        kind: 'sqlite',
        rivers: { faulty: river('lake'), out: river('away'), sound: river('test') },
        more: {
          warehouses: {
            away: { client: 'pg', connection },
            lake: {
              client: 'better-sqlite3',
              connection: { filename: join(folder, 'lake.db') },
              books: 'books',
            },
            books: { client: 'better-sqlite3', connection: { filename } },
          },
        },
      },
      async ({ river }) => {
        for (const args of [
          ['check'],
          ['status'],
          ['status', 'nobody'],
          ['status', '--days', 'faulty'],
          ['retry', 'nobody'],
          ['verify'],
          ['verify', 'faulty'],
          ['plan', 'faulty'],
          ['dbt', '--output', '-'],
          ['adopt', 'faulty', ...days],
          ['forget', 'faulty', ...days],
        ]) {
          const { code, stdout, stderr } = await river(...args);
          expect(stdout + stderr, args.join(' ')).toContain(`${filename} cannot be used as it is configured`);
          expect(code, args.join(' ')).toBe(2);
        }
        expect((await river('verify', 'out')).code).toBe(3);
        expect((await river('dbt', 'out', '--output', '-')).code).toBe(0);
        expect((await river('verify', 'sound')).code).toBe(0);
      },
    );
  }));
