import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { scheduleId } from '../../src/control/schedules/schedule-of-river.ts';
import { taskQueue } from '../../src/domain/run/task-queue.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const cron = '30 6 * * *';
const timezone = 'Europe/London';
const daily = (table: string) => ({
  report: 'promo-codes',
  period: { predefined: 'yesterday' },
  schedule: { cron, timezone },
  target: { table },
});
const { schedule: _, ...others } = daily('others');
const rivers = { codes: daily('codes'), others };
const patient = { timeout: 60_000, interval: 200 };

/** The days that were loaded, once for each run that loaded one. */
const loadedDays = async ({ sql }: Rivers) =>
  (await sql('select day from river_days order by day')).map(({ day }) =>
    new Date(String(day)).toISOString().slice(0, 10),
  );
/** Another set of rivers in the configuration file. */
async function rewrite({ file }: Rivers, others: object): Promise<void> {
  const before = parse(await readFile(file, 'utf8'));
  await writeFile(file, stringify({ ...before, rivers: others }));
}

const documentOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout);

describe.concurrent.each(warehouseKinds)('a schedule into %s', { timeout: 150_000 }, (kind) => {
  it('whose runs outlast the next start pulls every day that was meant, over both changes of summer time', () =>
    withRivers({ kind, rivers: { codes: rivers.codes }, simulator: { latencyMs: 200 } }, async (house) => {
      expect((await house.river('schedule', 'apply')).stdout).toContain('codes: created');
      for (const [start, end] of [
        ['2026-03-28', '2026-03-30'],
        ['2026-10-24', '2026-10-26'],
      ] as const) {
        expect(
          await house.river('schedule', 'backfill', 'codes', '--start', start, '--end', end),
        ).toMatchObject({
          code: 0,
        });
      }
      const days = ['2026-03-27', '2026-03-28', '2026-03-29', '2026-10-23', '2026-10-24', '2026-10-25'];
      await vi.waitFor(async () => expect(await loadedDays(house)).toEqual(days), patient);
      const asked = house.simulator.calls().map(({ parameters }) => parameters.StartDate ?? parameters.Date);
      expect(asked.filter((day) => day !== undefined).sort()).toEqual(days);
      const [first] = await house.sql('select workflow_id as id from river_runs order by day limit 1');
      expect(first?.id).toBe('codes-2026-03-28T06:30:00Z');
    }));
});

describe.concurrent('river schedule', { timeout: 150_000 }, () => {
  it('apply says what it changes, and changes nothing the second time', () =>
    withRivers({ rivers, worker: false }, async (house) => {
      const apply = async (...flags: string[]) =>
        documentOf(await house.river('schedule', 'apply', '--json', ...flags)).map(
          ({ river, change }: { river: string; change: string }) => [river, change],
        );
      expect(await apply()).toEqual([['codes', 'create']]);
      expect(await apply()).toEqual([['codes', 'none']]);
      const handle = house.temporal.client.schedule.getHandle(scheduleId('codes'));
      expect(await handle.describe()).toMatchObject({
        policies: { overlap: 'BUFFER_ALL', catchupWindow: 7 * 86_400_000 },
        spec: { timezone },
        action: { workflowType: 'riverRun', taskQueue, args: [{ river: 'codes' }] },
      });
      const schedule = { cron: '0 7 * * 1', timezone, jitter: '5m', overlap: 'skip', catchupWindow: '1d' };
      await rewrite(house, { codes: { ...rivers.codes, schedule } });
      const changed = await house.river('schedule', 'apply');
      expect(changed.stdout).toMatch(
        /codes: changed\n +before +30 6 .*buffer_all.*\n +now +0 7 \* \* 1.*overlap skip/,
      );
      expect(await apply()).toEqual([['codes', 'none']]);
      expect(await handle.describe()).toMatchObject({
        policies: { overlap: 'SKIP', catchupWindow: 86_400_000 },
        spec: { jitter: 300_000 },
      });
      // Somebody else's is left alone.
      const { client } = house.temporal;
      const action = { type: 'startWorkflow', workflowType: 'riverRun', taskQueue } as const;
      await client.schedule.create({ scheduleId: 'by-hand', spec: { cronExpressions: [cron] }, action });
      await rewrite(house, { others: rivers.others });
      await vi.waitFor(async () => expect(await apply()).toEqual([['codes', 'left']]), patient);
      expect(await apply('--prune')).toEqual([['codes', 'delete']]);
      await vi.waitFor(async () => {
        const { stdout } = await house.river('schedule', 'list', '--json');
        expect(JSON.parse(stdout).map((line: { schedule: string }) => line.schedule)).toEqual(['by-hand']);
      }, patient);
    }));

  it('pauses, resumes, triggers and deletes; and says of a river without one what to do', () =>
    withRivers({ rivers }, async (house) => {
      await house.river('schedule', 'apply');
      const state = async () => {
        const [line] = documentOf(await house.river('schedule', 'list', '--json'));
        return line?.paused;
      };
      expect((await house.river('schedule', 'pause', 'codes')).stdout).toContain('paused');
      await vi.waitFor(async () => expect(await state()).toBe(true), patient);
      expect((await house.river('schedule', 'resume', 'codes')).code).toBe(0);
      await vi.waitFor(async () => expect(await state()).toBe(false), patient);
      expect((await house.river('schedule', 'trigger', 'codes', '--json')).code).toBe(0);
      await vi.waitFor(
        async () =>
          expect(await house.sql("select river from river_runs where state = 'succeeded'")).toHaveLength(1),
        patient,
      );
      expect((await house.river('schedule', 'delete', 'codes')).code).toBe(0);
      const gone = await house.river('schedule', 'trigger', 'codes');
      expect(gone).toMatchObject({ code: 2, stdout: '' });
      expect(gone.stderr).toMatch(/River codes has no schedule in Temporal\. .*schedule apply/);
      const wrong = await house.river(
        'schedule',
        'backfill',
        'codes',
        '--start',
        '2026-02-30',
        '--end',
        '2026-03-01',
      );
      expect(wrong.stderr).toContain('--start: expected a day, YYYY-MM-DD, got "2026-02-30"');
      expect(wrong.code).toBe(2);
    }));

  it('made by hand pulls the day of its scheduled time as well', () =>
    withRivers({ rivers: { codes: rivers.codes } }, async (house) => {
      const { client } = house.temporal;
      const schedule = await client.schedule.create({
        scheduleId: 'by-hand',
        spec: { cronExpressions: [cron], timezone },
        action: {
          type: 'startWorkflow',
          workflowType: 'riverRun',
          taskQueue,
          args: [{ river: 'codes' }],
        },
      });
      const [start, end] = [new Date('2026-02-01T00:00:00Z'), new Date('2026-02-03T12:00:00Z')];
      await schedule.backfill({ start, end, overlap: 'BUFFER_ALL' });
      const days = ['2026-01-31', '2026-02-01', '2026-02-02'];
      await vi.waitFor(async () => expect(await loadedDays(house)).toEqual(days), patient);
    }));
});
