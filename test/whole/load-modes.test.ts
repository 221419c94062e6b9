import { describe, expect, it } from 'vitest';
import type { RunResult } from '#domain/run/run-result';
import type { Fault } from '#simulator/faults/fault-kinds';
import { documentOf } from '../helpers/commanded.ts';
import { daysBetween } from '../helpers/days-between.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const report = 'customer-action-details-by-date';
const days = daysBetween('2026-01-01', '2026-01-04');
const period = { start: days[0], end: days[3] };
const rivers = {
  merged: { report, period, chunks: { every: 'daily' }, target: { table: 'merged', load: 'merge' } },
  overwritten: {
    report,
    period,
    chunks: { every: 'daily' },
    target: { table: 'overwritten', load: 'overwrite' },
  },
  tracked: { report, period: { start: days[0] }, target: { table: 'tracked', load: 'merge' } },
  shared: { report, period, target: { table: 'shared' } },
  sharing: { report, period, target: { table: 'shared', load: 'append' } },
  times: {
    report: 'customer-one-time-actions-by-date',
    period,
    target: { table: 'times' },
  },
  channels: { report: 'execution-channels', target: { table: 'channels', load: 'overwrite' } },
  groups: { report: 'target-group-details', target: { table: 'groups', load: 'merge' } },
};

const refusedOn = (day: string): Fault[] => [
  { kind: 'status', status: 400, match: { parameters: { Date: day } } },
];
const rowsOf = ({ simulator }: Rivers, of: readonly string[] = days) =>
  simulator.world.rowCount(report, { days: of });
const rowsIn = async ({ sql }: Rivers, table: string) =>
  Number((await sql(`select count(*) as n from ${table}`))[0]?.n);
const shadowsIn = async ({ warehouse }: Rivers) =>
  (await warehouse.tables()).filter((name) => /^river_(shadow|staging)_/.test(name));
const verified = async ({ river }: Rivers) =>
  documentOf<readonly { findings: readonly object[] }[]>(await river('verify', '--json')).flatMap(
    ({ findings }) => findings,
  );
const statusOf = async ({ river }: Rivers, workflowId: string) =>
  documentOf<RunResult>(await river('status', workflowId, '--json'));

describe.concurrent.each(warehouseKinds)('in %s', (kind) => {
  it('a river that merges updates what differs, counts everything, and verify is content', () =>
    withRivers({ kind, rivers }, async (house) => {
      const first = await house.pull({ river: 'merged' });
      const all = rowsOf(house);
      expect(first).toMatchObject({
        rows: all,
        merged: { inserted: all, updated: 0, unchanged: 0, duplicates: 0 },
      });
      await house.sql(`update merged set customer_id = customer_id where 1 = 0`);
      const again = await house.pull({ river: 'merged', period: { start: days[1], end: days[2] } });
      const some = rowsOf(house, [days[1] ?? '', days[2] ?? '']);
      expect(again).toMatchObject({ merged: { inserted: 0, updated: 0, unchanged: some, duplicates: 0 } });
      expect(await rowsIn(house, 'merged')).toBe(all);
      expect(await statusOf(house, again.workflowId)).toMatchObject({ merged: { unchanged: some } });
      const shown = await house.river('status', again.workflowId);
      expect(shown.stdout).toContain(`(0 inserted, 0 updated, ${some} unchanged)`);

      await house.pull({ river: 'groups' });
      expect((await house.pull({ river: 'groups' })).merged).toMatchObject({ inserted: 0, updated: 0 });
      expect(await verified(house)).toEqual([]);
      const forgotten = await house.river('forget', 'merged', '--start', '2026-01-02', '--end', '2026-01-02');
      expect(forgotten.code, forgotten.stderr).toBe(0);
      expect(await verified(house)).toEqual([]);
    }));

  it('a river that overwrites replaces its table as a whole, a failed run leaves it, and a retry completes it', () =>
    withRivers({ kind, rivers }, async (house) => {
      const some = [days[0] ?? '', days[1] ?? ''];
      const first = await house.pull({ river: 'overwritten', period: { start: some[0], end: some[1] } });
      expect(first).toMatchObject({ rows: rowsOf(house, some), overwritten: true });
      expect(await rowsIn(house, 'overwritten')).toBe(rowsOf(house, some));

      house.simulator.setFaults(refusedOn('2026-01-03'));
      const failed = await house.run({ river: 'overwritten' }, 'half');
      expect(failed).toMatchObject({
        end: 'failed',
        kind: 'ChunksFailed',
        result: { chunks: { total: 4, loaded: 3, failed: 1 }, overwritten: false },
      });
      expect(await rowsIn(house, 'overwritten')).toBe(rowsOf(house, some));
      expect(await shadowsIn(house)).toHaveLength(1);
      const shown = await house.river('status', 'half');
      expect(shown.stdout).toContain('river retry half');

      house.simulator.setFaults([]);
      const calls = house.simulator.stats().calls;
      const retry = await house.pull({ retryFailedChunksOf: 'half' });
      expect(retry).toMatchObject({ chunks: { total: 1, loaded: 1 }, overwritten: true });
      // One day, and no list.
      expect(house.simulator.stats().calls).toBe(calls + 1);
      expect(await rowsIn(house, 'overwritten')).toBe(rowsOf(house));
      expect(await shadowsIn(house)).toEqual([]);
      expect(await statusOf(house, 'half')).toMatchObject({ overwritten: true });
      expect(await verified(house)).toEqual([]);

      await house.pull({ river: 'channels' });
      const channels = await rowsIn(house, 'channels');
      expect(await house.pull({ river: 'channels' })).toMatchObject({ overwritten: true, rows: channels });
      expect(await rowsIn(house, 'channels')).toBe(channels);
      expect(await verified(house)).toEqual([]);
    }));

  it('an overwritten table keeps its rows where all answers are empty, and a retry that allows it empties it', () =>
    withRivers({ kind, rivers }, async (house) => {
      await house.pull({ river: 'overwritten' });
      house.simulator.setFaults([{ kind: 'fewerRows', rows: 0 }]);
      const end = await house.run({ river: 'overwritten' }, 'empty');
      expect(end).toMatchObject({ end: 'failed', kind: 'EmptyAnswerError', result: { overwritten: false } });
      expect(await rowsIn(house, 'overwritten')).toBe(rowsOf(house));
      const shown = await house.river('status', 'empty');
      expect(shown.stdout).toContain('would be deleted');
      const calls = house.simulator.stats().calls;
      const retry = await house.river('retry', 'empty', '--allow-emptied', '--wait', '--json');
      expect(retry.code, retry.stderr).toBe(0);
      expect(house.simulator.stats().calls).toBe(calls);
      expect(await rowsIn(house, 'overwritten')).toBe(0);
      expect(await verified(house)).toEqual([]);
    }));

  it("a run's own load mode is held against the same rules as the river's", () =>
    withRivers({ kind, rivers }, async (house) => {
      const refused = async (input: object) => {
        const end = await house.run(input);
        return end.end === 'failed' ? end.message : end;
      };
      expect(await refused({ river: 'shared', target: { load: 'overwrite' } })).toContain(
        'expected a table of its own, since load: overwrite replaces all of it',
      );
      expect(await refused({ river: 'times', target: { load: 'merge' } })).toContain(
        'missing, load: merge needs it because the natural key',
      );
      const merged = await house.pull({ river: 'shared', target: { load: 'merge' } });
      expect(merged.merged).toMatchObject({ inserted: rowsOf(house) });
      await house.pull({ river: 'sharing' });
      await house.pull({ river: 'shared' });
      expect(await rowsIn(house, 'shared')).toBe(2 * rowsOf(house));
      expect(await verified(house)).toEqual([]);
    }));
});
