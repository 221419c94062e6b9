import { describe, expect, it, vi } from 'vitest';
import { documentOf } from '../helpers/commanded.ts';
import { apply, daily, edit, inLondon, listed, withSchedules } from '../helpers/scheduled.ts';
import { withRivers } from '../helpers/with-rivers.ts';

describe.concurrent('river schedule apply', () => {
  it('makes what the file says, changes nothing the second time, shows what differs, and prunes only its own', () =>
    withRivers(
      {
        kind: 'sqlite',
        temporal: withSchedules,
        worker: false,
        rivers: {
          first: inLondon('0 6 * * *'),
          second: daily({
            cron: '*/20 5 1-10/3 jan,JUL mon-fri',
            jitter: '2m',
            overlap: 'skip',
            catchupWindow: '1s',
          }),
          sundays: daily({ cron: '*/25 0 * * 7' }),
          'by hand': { ...daily({}), schedule: undefined },
        },
      },
      async (rivers) => {
        const { river, temporal } = rivers;
        const { schedule } = temporal.client;
        const action = { type: 'startWorkflow' as const, workflowType: 'theirs', taskQueue: 'theirs' };
        await schedule.create({ scheduleId: 'river/theirs', spec: { cronExpressions: ['@yearly'] }, action });

        const shown = await river('schedule', 'apply', '--dry-run');
        expect(shown.stdout).toMatch(
          /^create {5}first\n {11}cron: 0 6 \* \* \*\n {11}timezone: Europe\/London\n/,
        );
        expect(shown.stdout).toContain('Nothing was changed');
        await expect(schedule.getHandle('river/first').describe()).rejects.toThrow('not found');

        const all = { first: 'create', second: 'create', sundays: 'create' };
        expect(await apply(rivers)).toEqual(all);
        const made = await schedule.getHandle('river/first').describe();
        expect(made.policies).toMatchObject({ overlap: 'BUFFER_ALL', catchupWindow: 7 * 86_400_000 });
        expect(made.action).toMatchObject({
          workflowType: 'riverRun',
          taskQueue: 'river',
          workflowId: 'first',
          args: [{ river: 'first' }],
        });
        const unchanged = { first: 'unchanged', second: 'unchanged', sundays: 'unchanged' };
        expect(await apply(rivers)).toEqual(unchanged);

        // A pause is a person's, not the file's; a cron line changed by hand is put back.
        expect((await river('schedule', 'pause', 'first')).code).toBe(0);
        await schedule.getHandle('river/second').update(({ spec, ...rest }) => ({
          ...rest,
          spec: { ...spec, calendars: [{ hour: 3, second: 30 }] },
        }));
        await edit(rivers, ({ first, sundays: _, ...rest }) => ({
          first: { ...first, ...inLondon('0 7 * * *') },
          ...rest,
        }));
        await vi.waitFor(async () => expect(await listed(rivers)).toHaveLength(3), { timeout: 150_000 });
        const text = (await river('schedule', 'apply', '--dry-run')).stdout;
        expect(text).toContain('change     first\n           cron: 0 6 * * * → 0 7 * * *\n');
        expect(text).toMatch(
          /change {5}second\n {11}cron: not a cron line: .* → 0,20,40 5 1,4,7,10 1,7 1-5\n/,
        );
        expect(text).toContain('left       sundays: no longer in the file; `--prune` deletes it');
        expect(await apply(rivers)).toEqual({ first: 'change', second: 'change', sundays: 'left' });
        const [first] = await listed(rivers);
        expect(first).toMatchObject({
          river: 'first',
          state: 'paused',
          cron: '0 7 * * *',
          asConfigured: true,
        });
        expect(await apply(rivers, '--prune')).toEqual({
          first: 'unchanged',
          second: 'unchanged',
          sundays: 'delete',
        });
        expect(await apply(rivers)).toEqual({ first: 'unchanged', second: 'unchanged' });
        expect((await schedule.getHandle('river/theirs').describe()).action.workflowType).toBe('theirs');
      },
    ));

  it('tells the days on which the clocks make Temporal leave out or repeat a start', () =>
    withRivers(
      {
        kind: 'sqlite',
        temporal: withSchedules,
        worker: false,
        rivers: {
          repeated: inLondon('30 0 * * *'),
          'left out': inLondon('30 1 * * *'),
          safe: inLondon('0 6 * * *'),
          hourly: inLondon('30 * * * *'),
          'in UTC': daily({ cron: '30 1 * * *' }),
        },
      },
      async ({ river, start }) => {
        const { oddDays } = documentOf(await river('schedule', 'apply', '--json'));
        expect(oddDays).toEqual([
          {
            river: 'repeated',
            day: expect.stringMatching(/-10-/),
            expected: 1,
            starts: [expect.any(String), expect.any(String)],
          },
          { river: 'left out', day: expect.stringMatching(/-03-/), expected: 1, starts: [] },
        ]);
        const text = (await start('schedule', 'apply').end).stdout;
        expect(text).toMatch(
          /note {7}left out: clocks change on .*-03-.*, and Temporal starts it 0 times instead of once/,
        );
      },
    ));

  it('tells, as check does, of what a cron line means to Temporal and of starts that would be dropped', () =>
    withRivers(
      {
        kind: 'sqlite',
        temporal: withSchedules,
        worker: false,
        rivers: {
          both: daily({ cron: '0 6 1-7 * 1' }),
          stepped: daily({ cron: '5/20 6 * * *', catchupWindow: '1d' }),
          hasty: {
            ...daily({ cron: '0 6 * * *', catchupWindow: '1h' }),
            period: { start: '2025-01-01', end: '2025-12-31' },
          },
          skipping: daily({ cron: '0 6 * * *', catchupWindow: '1h', overlap: 'skip' }),
        },
        connection: { budget: [{ calls: 10, per: '1h' }] },
      },
      async ({ river, temporal }) => {
        const notes = [
          'both: its cron line names a day of the month (1-7) and a day of the week (1): Temporal starts it only on days that are both',
          'stepped: its cron line 5/20 6 * * * means 5-59/20 6 * * *',
          'hasty: its catchupWindow of 1h is shorter than the 1d between two starts and the ',
        ];
        const applied = await river('schedule', 'apply');
        expect(applied.code).toBe(0);
        const checked = await river('check');
        for (const note of notes) {
          expect(applied.stdout).toContain(`note       ${note}`);
          expect(checked.stdout).toContain(note);
        }
        expect(applied.stdout).not.toContain('skipping: its');
        // So does Temporal.
        const { schedule } = temporal.client;
        const next = async (id: string) => (await schedule.getHandle(id).describe()).info.nextActionTimes;
        const [firsts, minutes] = [await next('river/both'), await next('river/stepped')];
        expect(firsts.every((at) => at.getUTCDate() <= 7 && at.getUTCDay() === 1)).toBe(true);
        expect(new Set(minutes.map((at) => at.getUTCMinutes()))).toEqual(new Set([5, 25, 45]));
      },
    ));

  it('refuses what cannot be meant with a sentence and exit code 2', () =>
    withRivers(
      {
        kind: 'sqlite',
        temporal: withSchedules,
        worker: false,
        rivers: { first: inLondon('0 6 * * *'), 'by hand': { ...daily({}), schedule: undefined } },
      },
      async (rivers) => {
        const { river, temporal } = rivers;
        for (const [said, ...args] of [
          [/no river "frist", did you mean "first"\?/, 'pause', 'frist'],
          [/first has no schedule in Temporal\. Create it: river schedule apply/, 'trigger', 'first'],
          [/by hand has no schedule in Temporal\. Write `schedule: /, 'delete', 'by hand'],
          [/missing required argument 'river'/, 'resume'],
          [/required option '--end <day>'/, 'backfill', 'first', '--start', '2026-01-01'],
        ] as const) {
          const end = await river('schedule', ...args, '--json');
          expect(end, args.join(' ')).toMatchObject({ code: 2, stdout: '' });
          expect(end.stderr).toMatch(said);
        }
        await apply(rivers);
        for (const [start, end, said] of [
          ['2026-02-30', '2026-03-01', /a day that exists, YYYY-MM-DD, got "2026-02-30"/],
          ['2026-03-02', '2026-03-01', /--start 2026-03-02 is after --end 2026-03-01/],
          ['2020-01-01', '2026-01-01', /first has 1000 or more starts .*; a backfill takes 1 to 999/],
        ] as const) {
          const refused = await river('schedule', 'backfill', 'first', '--start', start, '--end', end);
          expect(refused.code).toBe(2);
          expect(refused.stderr).toMatch(said);
        }
        expect((await river('schedule', 'delete', 'first')).stdout).toBe(
          'The schedule of first is deleted.\n',
        );
        const action = { type: 'startWorkflow' as const, workflowType: 'theirs', taskQueue: 'theirs' };
        await temporal.client.schedule.create({ scheduleId: 'river/first', spec: {}, action });
        for (const act of ['apply', 'delete first']) {
          const refused = await river('schedule', ...act.split(' '));
          expect(refused.code).toBe(2);
          expect(refused.stderr).toMatch(/river\/first was not made by `river schedule apply`/);
        }
      },
    ));
});
