import { expect, it, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { startRun } from '#control/start-run';
import { withAnotherBuild } from '../helpers/another-build.ts';
import { startCommand } from '../helpers/start-command.ts';
import { withRivers } from '../helpers/with-rivers.ts';

const byAction = {
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: '2026-01-04' },
  chunks: { every: 'daily' },
  filters: { actions: [12] },
  target: { table: 'by_action' },
};
const inTime = { timeout: 150_000, interval: 50 };

/** A build whose manifest has a column more, which no run can be without: an older one cannot open any. */
const newer = [
  {
    file: 'warehouse/migrations/index.ts',
    was: "  '0004-base-urls': baseUrls,\n",
    becomes: `  '0004-base-urls': baseUrls,
  '9999-later': async (tables) => {
    const runs = tables.qualify('river_runs');
    await tables.query.raw("alter table ?? add column later text not null default ''", [runs]);
    await tables.query.raw('alter table ?? alter column later drop default', [runs]);
  },
`,
  },
  {
    file: 'warehouse/manifest/runs.ts',
    was: 'list_calls: 0,',
    becomes: "list_calls: 0, later: 'x',",
  },
];

it('workers beside newer ones, whose manifest is newer, hand their tasks over: no run fails, and each ends with its result', () =>
  withAnotherBuild(newer, ({ program }) =>
    withRivers({ rivers: { byAction }, simulator: { latencyMs: 20 }, worker: false }, async (house) => {
      const older = house.start('worker');
      await older.says('Working on');
      const temporal = { ...house.temporal, close: async () => {} };
      const begin = (workflowId: string) =>
        startRun(temporal, { river: 'byAction', input: { river: 'byAction' }, workflowId });
      const first = await begin('first');
      await vi.waitFor(() => expect(house.simulator.stats().calls).toBeGreaterThan(10), inTime);
      house.simulator.setFaults([{ kind: 'slow', latencyMs: 1_000 }]);
      const worker = startCommand(['worker'], house.env, { program });
      try {
        await worker.says('Working on');
        house.simulator.setFaults([]);
        // Only what opens a run needs the new column, and which worker opens it is chance: runs are begun until it is the older one.
        const runs = [first];
        let toldOff = false;
        const told = older.says('was made by a newer River (9999-later)').then(() => {
          toldOff = true;
        });
        while (!toldOff) {
          const run = await begin(`further-${runs.length}`);
          runs.push(run);
          await Promise.race([told, waitForEnd(run)]);
        }
        for (const run of runs) {
          const end = await waitForEnd(run);
          expect(end).toMatchObject({
            end: 'succeeded',
            result: { chunks: { total: 4, loaded: 4, failed: 0 } },
          });
        }
        expect(await house.sql('select count(*) as n from river_chunks where error is not null')).toEqual([
          { n: 0 },
        ]);
        older.kill('SIGTERM');
        expect((await older.end).code).toBe(0);
      } finally {
        worker.kill('SIGKILL');
        await worker.end;
      }
    }),
  ));
