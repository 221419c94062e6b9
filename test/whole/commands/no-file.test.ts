import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { serveDashboard } from '#dashboard/serve-dashboard';
import { withFolder } from '../../helpers/folder.ts';
import { type Rivers, withRivers } from '../../helpers/with-rivers.ts';

const report = 'customer-action-details-by-date';
const period = { start: '2026-01-01', end: '2026-01-02' };
/** Tracked, so that a plan asks what is loaded. */
const tracked = { start: '2026-01-01' };

/** Files of SQLite that are not there: of a warehouse that keeps its own books, and of one with books in another. */
const withNoFiles = (use: (house: Rivers, files: () => Promise<string[]>) => Promise<void>) =>
  withFolder((folder) => {
    const sqlite = (name: string, more = {}) => ({
      [name]: { client: 'better-sqlite3', connection: { filename: join(folder, `${name}.db`) }, ...more },
    });
    return withRivers(
      {
        rivers: {
          alone: { report, period: tracked, target: { warehouse: 'own', table: 'alone' } },
          apart: { report, period: tracked, target: { warehouse: 'lake', table: 'apart' } },
        },
        more: { warehouses: { ...sqlite('own'), ...sqlite('lake', { books: 'books' }), ...sqlite('books') } },
      },
      (house) => use(house, async () => (await readdir(folder)).sort()),
    );
  });

it('a command that only reads makes no file, and finds nothing in one that is not there', () =>
  withNoFiles(async ({ river }, files) => {
    const nothingLoaded = {
      status: [0, /^No runs yet/],
      'status --days alone': [0, /: nothing loaded yet/],
      'status --days apart': [0, /: nothing loaded yet/],
      'status nobody': [2, /There is no run nobody, in Temporal or in any manifest/],
      'retry nobody': [2, /There is no run nobody/],
      verify: [0, /^Nothing has been loaded yet/],
      'verify apart': [0, /^Nothing has been loaded yet/],
      check: [0, /warehouse own: SQLite [^ ]+, can be written to, warehouse own at .*own\.db$/m],
      plan: [0, /apart/],
      'preview alone --rows 1': [0, /customer_id/],
      'dbt --output -': [0, /name: apart/],
    } as const;
    for (const [command, [code, says]] of Object.entries(nothingLoaded)) {
      const end = await river(...command.split(' '));
      expect(end, command).toMatchObject({ code });
      expect(end.stdout + end.stderr, command).toMatch(says);
      expect(await files(), command).toEqual([]);
    }
  }));

it('a file that cannot be made is told as before, and nothing is made', () =>
  withFolder((folder) =>
    withRivers(
      {
        kind: 'sqlite',
        worker: false,
        rivers: {},
        more: {
          warehouses: {
            nowhere: { client: 'better-sqlite3', connection: { filename: join(folder, 'not', 'there.db') } },
            // No folder, and nobody may write below it.
            refused: { client: 'better-sqlite3', connection: { filename: '/dev/null/w.db' } },
          },
        },
      },
      async ({ river }) => {
        for (const command of ['check', 'status']) {
          const { code, stdout, stderr } = await river(command);
          expect(code, command).toBe(2);
          expect(stdout + stderr).toMatch(/there\.db cannot be used .*directory does not exist/);
          expect(stdout + stderr).toMatch(/w\.db cannot be used .*this user may write into the folder/);
        }
        expect(await readdir(folder)).toEqual([]);
      },
    ),
  ));

it('who watches sees what a run loads into the file that it has made', () =>
  withNoFiles(async ({ configuration, pull, start, temporal }, files) => {
    const read = await configuration();
    const dashboard = await serveDashboard({
      port: 0,
      host: '127.0.0.1',
      configuration: async () => read,
      temporal,
      webUi: temporal.uiUrl,
      say: () => {},
    });
    try {
      const page = async (path: string) => (await fetch(new URL(path, dashboard.url))).text();
      const watch = start('status', '--watch');
      await watch.says('No runs yet');
      const [overview, runs] = [await page('/'), await page('/runs')];
      expect(overview).toContain('apart');
      expect(await files()).toEqual([]);
      for (const river of ['alone', 'apart']) {
        const { workflowId } = await pull({ river, period });
        expect(runs).not.toContain(workflowId);
        await watch.says(workflowId);
        await vi.waitFor(async () => expect(await page('/runs')).toContain(workflowId), { timeout: 150_000 });
      }
      expect(await files()).toEqual(expect.arrayContaining(['books.db', 'lake.db', 'own.db']));
    } finally {
      await dashboard.stop();
    }
  }));
