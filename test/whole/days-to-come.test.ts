import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { documentOf } from '../helpers/commanded.ts';
import { pullAt, runAt } from '../helpers/run-at.ts';
import { apply, withSchedules } from '../helpers/scheduled.ts';
import { shareRivers } from '../helpers/share-rivers.ts';
import { withRivers } from '../helpers/with-rivers.ts';

const report = 'customer-action-details-by-date';
const january = { start: '2026-01-01', end: '2026-01-31' };
const rivers = {
  closed: { report, period: january, chunks: { every: 'daily', size: 4 }, target: { table: 'closed' } },
  east: { report, period: { ...january, utcOffset: '+14:00' }, target: { table: 'east' } },
  west: { report, period: { ...january, utcOffset: '-12:00' }, target: { table: 'west' } },
  twice: { report, period: january, target: { table: 'east' } },
};

interface Planned {
  readonly river: string;
  readonly period: { readonly start: string; readonly end: string };
  readonly chunks: readonly unknown[];
  readonly warnings: readonly string[];
}

describe('days after the day of the run', () => {
  const house = shareRivers({ kind: 'sqlite', rivers });

  it('are left out of the period, and the run says so', async () => {
    const { simulator, sql } = house();
    simulator.setLastDataUpdate('2026-01-05');
    const before = simulator.calls().length;
    const result = await pullAt(house(), '2026-01-06', { river: 'closed' });
    expect(result).toMatchObject({
      period: { start: '2026-01-01', end: '2026-01-06' },
      chunks: { total: 2, loaded: 2 },
      warnings: [
        {
          start: '2026-01-07',
          end: '2026-01-31',
          message: "2026-01-07 to 2026-01-31: left out, after the run's day 2026-01-06.",
        },
        {
          start: '2026-01-06',
          end: '2026-01-06',
          message: expect.stringContaining(': provisional; '),
        },
      ],
    });
    const asked = simulator
      .calls()
      .slice(before)
      .flatMap(({ parameters }) => parameters.Date ?? []);
    expect(asked.map(String).sort()).toEqual(
      ['01', '02', '03', '04', '05', '06'].map((day) => `2026-01-${day}`),
    );
    expect(await sql(`select max("day") as last from river_days where river = 'closed'`)).toEqual([
      { last: '2026-01-06' },
    ]);
    // Noon in UTC: the next day has begun in the east, and in the west the same one.
    expect(await pullAt(house(), '2026-01-06', { river: 'east' })).toMatchObject({
      period: { end: '2026-01-07' },
    });
    expect(await pullAt(house(), '2026-01-06', { river: 'west' })).toMatchObject({
      period: { end: '2026-01-06' },
    });
  });

  it('are all that there is of a period: it is refused before anything is opened, at every door', async () => {
    const { river, sql } = house();
    const said = /2099-01-01 to 2099-01-31 is wholly after the run's day 20/;
    const typed = await river('run', 'closed', '--start', '2099-01-01', '--end', '2099-01-31');
    expect(typed).toMatchObject({ code: 2, stdout: '' });
    expect(typed.stderr).toMatch(said);
    const period = { start: '2099-01-01', end: '2099-01-31' };
    expect(await runAt(house(), '2026-01-06', { river: 'closed', period })).toMatchObject({
      end: 'failed',
      kind: 'ConfigurationError',
      message: expect.stringMatching(/2099-01-31 is wholly after the run's day 2026-01-06/),
      result: { period: null, chunks: null },
    });
    const runs = await sql(
      `select count(*) as n from river_runs where river = 'closed' and period_end > '2026-12-31'`,
    );
    expect(Number(runs[0]?.n)).toBe(0);
  });

  it('are told by plan and check, which refuse a period that is wholly to come', async () => {
    const { river, file } = house();
    const plan = async (...args: string[]) =>
      documentOf<Planned & Record<string, unknown>>(await river('plan', '--json', ...args));
    expect(await plan('closed', '--at', '2026-01-06T23:00:00Z')).toMatchObject({
      period: { start: '2026-01-01', end: '2026-01-06' },
      chunks: [{ start: '2026-01-01' }, { end: '2026-01-06' }],
      warnings: ["2026-01-07 to 2026-01-31: left out, after the run's day 2026-01-06."],
    });
    expect(await plan('closed', '--at', '2026-02-01T00:00:00Z')).toMatchObject({
      period: january,
      warnings: [],
    });
    const early = await river('plan', 'closed', '--at', '2025-12-31T23:00:00Z');
    expect(early).toMatchObject({ code: 2, stdout: '' });
    expect(early.stderr).toContain("is wholly after the run's day 2025-12-31");
    // In the east it is January already: one river is planned, and the others say why they are not.
    const all = await river('plan', '--json', '--at', '2025-12-31T12:00:00Z');
    expect(all.code).toBe(2);
    expect(
      documentOf<Planned[] & Record<string, unknown>>(all).map((each) => [each.river, each.period.end]),
    ).toEqual([['east', '2026-01-01']]);
    expect(all.stderr).toMatch(/^west: The period [\s\S]*^twice: The period /m);

    const shared =
      /east and twice pull customer-action-details-by-date through the connection main into east: rows .* stand there once for each/;
    expect((await plan('twice', '--at', '2026-02-01T00:00:00Z')).warnings.join()).toMatch(shared);
    const text = await readFile(file, 'utf8');
    try {
      await writeFile(file, text.replace('end: 2026-01-31\n', 'end: 2099-12-31\n'));
      const checked = await river('check');
      expect(checked.code).toBe(0);
      expect(checked.stdout).toMatch(shared);
      expect(checked.stdout).toMatch(/closed: 20\d\d-\d\d-\d\d to 2099-12-31: left out, after the run's day/);
      await writeFile(
        file,
        text.replace(/start: 2026-01-01\n( +)end: 2026-01-31/, 'start: 2099-12-01\n$1end: 2099-12-31'),
      );
      const refused = await river('check');
      expect(refused.code).toBe(2);
      expect(refused.stdout).toMatch(
        /✗ configuration:[\s\S]*rivers\.closed\.period: .*2099-12-01 to 2099-12-31 is wholly after the run's day/,
      );
      expect(refused.stdout).toMatch(/✓ connection main/);
    } finally {
      await writeFile(file, text);
    }
  });
});

it('a backfill of a schedule takes no times to come', () =>
  withRivers(
    {
      kind: 'sqlite',
      temporal: withSchedules,
      rivers: {
        early: {
          report,
          period: { predefined: 'yesterday' },
          target: { table: 'early' },
          schedule: { cron: '0 * * * *', timezone: 'Pacific/Kiritimati' },
        },
      },
    },
    async (house) => {
      await apply(house);
      const dayIn = (ms: number) => new Date(Date.now() + 14 * 3_600_000 + ms).toISOString().slice(0, 10);
      const today = dayIn(0);
      const refused = await house.river(
        'schedule',
        'backfill',
        'early',
        '--start',
        today,
        '--end',
        dayIn(86_400_000),
      );
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain(`is after today, ${today} in Pacific/Kiritimati`);
      const started = await house.river(
        'schedule',
        'backfill',
        'early',
        '--start',
        today,
        '--end',
        today,
        '--json',
      );
      const { times } = documentOf<{ times: string[] }>(started);
      expect(times.length).toBeGreaterThan(0);
      for (const time of times) expect(Date.parse(time)).toBeLessThanOrEqual(Date.now());
    },
  ));
