import { describe, expect, it } from 'vitest';
import { forgetDays } from '#control/forget-days';
import { verifyRivers } from '#control/verify-rivers';
import { documentOf, nowhere } from '../../helpers/commanded.ts';
import { daysBetween } from '../../helpers/days-between.ts';
import { expectTable } from '../../helpers/expected-table.ts';
import { pullAt, runAt } from '../../helpers/run-at.ts';
import { type Rivers, withRivers } from '../../helpers/with-rivers.ts';
import { warehouseKinds } from '../../helpers/with-warehouse.ts';

const slug = 'customer-action-details-by-date';
const rivers = {
  tracked: {
    report: slug,
    period: { start: '2026-01-01', lastDaysBack: 1 },
    chunks: { every: 'daily' },
    target: { table: 'tracked' },
  },
  added: { report: slug, period: { start: '2026-01-01' }, target: { table: 'added', load: 'append' } },
  months: { report: slug, period: { predefined: 'previous_month' }, target: { table: 'months' } },
  campaigns: {
    report: 'customer-send-details-by-campaign',
    period: { start: '2026-01-01', end: '2026-01-02' },
    target: { table: 'campaigns' },
  },
  changers: {
    report: 'customer-attribute-changers',
    filters: { changedCustomerAttribute: 'Country' },
    target: { table: 'changers' },
  },
};

const holds = (house: Rivers, table: string, days: readonly string[]) =>
  expectTable(house, { slug, table, wanted: { days } });
/** What `river verify` finds off, without a process of its own. */
const verified = async (house: Rivers, name: string) =>
  (await verifyRivers(await house.configuration(), async () => new Set(), name)).verifications.flatMap(
    ({ findings }) => findings,
  );
/** And what `river forget` does. */
const forgets = async (house: Rivers, name: string, start: string, end: string) =>
  forgetDays(await house.configuration(), name, { start, end }, new Date());

describe.each(warehouseKinds)('river forget, in %s,', (kind) => {
  it('takes days out of table and tracking, until a run of a period of its own brings them back', () =>
    withRivers({ kind, rivers }, async (house) => {
      const { river, simulator, sql } = house;
      const forget = (name: string, start: string, end: string, ...more: string[]) =>
        river('forget', name, '--start', start, '--end', end, ...more);
      const rows = (...days: string[]) => simulator.world.rowCount(slug, { days });
      await pullAt(house, '2026-01-05', { river: 'tracked' });

      const first = await forget('tracked', '2026-01-02', '2026-01-03', '--json');
      expect(first).toMatchObject({ code: 0, stderr: '' });
      expect(documentOf(first)).toEqual({
        river: 'tracked',
        warehouse: 'test',
        table: 'tracked',
        period: { start: '2026-01-02', end: '2026-01-03' },
        days: 2,
        rows: rows('2026-01-02', '2026-01-03'),
      });
      const again = await forget('tracked', '2026-01-02', '2026-01-03');
      expect(again.stdout).toBe(
        '0 rows of tracked deleted from test.tracked; 2 days from 2026-01-02 to 2026-01-03 forgotten.\n' +
          'Tracking leaves them out. To load them again: river run tracked --start 2026-01-02 --end 2026-01-03\n',
      );
      const left = ['2025-12-31', '2026-01-01', '2026-01-04', '2026-01-05'];
      await holds(house, 'tracked', left);
      expect(await verified(house, 'tracked')).toEqual([]);

      // The day before the first that is missing would be one of them.
      await forgets(house, 'tracked', '2026-01-05', '2026-01-05');
      expect(
        documentOf(await river('plan', 'tracked', '--json', '--at', '2026-01-06T12:00:00Z')),
      ).toMatchObject({
        period: { start: '2026-01-06', end: '2026-01-06' },
        warnings: [
          expect.stringMatching(
            /^2026-01-02 to 2026-01-03: forgotten, and left out; `river run tracked --start 2026-01-02/,
          ),
          expect.stringMatching(/^2026-01-05: forgotten/),
        ],
      });
      expect(await pullAt(house, '2026-01-06', { river: 'tracked' })).toMatchObject({
        period: { start: '2026-01-06', end: '2026-01-06' },
        chunks: { loaded: 1 },
      });
      expect(await pullAt(house, '2026-01-06', { river: 'tracked' })).toMatchObject({ period: null });

      const own = { start: '2026-01-03', end: '2026-01-03' };
      await pullAt(house, '2026-01-20', { river: 'tracked', period: own });
      await holds(house, 'tracked', ['2025-12-31', '2026-01-01', '2026-01-03', '2026-01-04', '2026-01-06']);
      expect(await sql('select "day" from river_forgotten_days order by 1')).toEqual([
        { day: '2026-01-02' },
        { day: '2026-01-05' },
      ]);
      expect(await verified(house, 'tracked')).toEqual([]);

      // Each run of a river that appends has left the days once.
      for (const _ of ['once', 'twice'])
        await pullAt(house, '2026-01-20', { river: 'added', period: { ...own, end: '2026-01-04' } });
      expect(await forgets(house, 'added', '2026-01-03', '2026-01-03')).toMatchObject({
        rows: 2 * rows('2026-01-03'),
      });
      expect(await verified(house, 'added')).toEqual([]);
      await pullAt(house, '2026-01-20', { river: 'campaigns' });
      const campaigns = await forgets(house, 'campaigns', '2026-01-01', '2099-01-01');
      expect(campaigns.rows).toBeGreaterThan(0);
      expect(campaigns.leftOut).toMatchObject({ end: '2099-01-01' });
      expect(await sql('select * from campaigns')).toEqual([]);
    }));

  it('leaves what a run failed on no gap; months that nobody had between others are none at all', () =>
    withRivers({ kind, rivers }, async (house) => {
      const { simulator } = house;
      for (const day of ['2026-02-05', '2026-04-05']) await pullAt(house, day, { river: 'months' });
      expect(await verified(house, 'months')).toEqual([]);
      await holds(house, 'months', [
        ...daysBetween('2026-01-01', '2026-01-31'),
        ...daysBetween('2026-03-01', '2026-03-31'),
      ]);

      simulator.setFaults([{ kind: 'status', status: 400, match: { parameters: { Date: '2026-01-03' } } }]);
      expect(await runAt(house, '2026-01-05', { river: 'tracked' })).toMatchObject({ end: 'failed' });
      simulator.setFaults([]);
      expect(await verified(house, 'tracked')).toMatchObject([
        {
          message: expect.stringMatching(
            /^tracked, 2026-01-03: missing, because its chunk failed in the run at-\S+\.$/,
          ),
          repair: expect.stringMatching(/^river retry at-/),
        },
      ]);
      await forgets(house, 'tracked', '2026-01-03', '2026-01-03');
      expect(await verified(house, 'tracked')).toEqual([]);
    }));
});

it('river forget refuses what it cannot forget, and needs no Temporal', () =>
  withRivers({ rivers, worker: false }, async (house) => {
    const { river, startIn } = house;
    const days = ['--start', '2026-01-02', '--end', '2026-01-03'];
    for (const [said, ...args] of [
      [/no river "trackt", did you mean "tracked"/, 'trackt', ...days],
      [
        /period\.start: expected a day that exists, YYYY-MM-DD, got "2026-02-30"/,
        'tracked',
        '--start',
        '2026-02-30',
        '--end',
        '2026-03-01',
      ],
      [/expected a day that is not after the end/, 'tracked', '--start', '2026-01-03', '--end', '2026-01-02'],
      [/required option '--end <day>'/, 'tracked', '--start', '2026-01-03'],
      [
        /2099-01-01 to 2099-01-02 is wholly after the run's day/,
        'tracked',
        '--start',
        '2099-01-01',
        '--end',
        '2099-01-02',
      ],
      [/The report customer-attribute-changers of changers has no period/, 'changers', ...days],
      [/there is no table tracked in the warehouse test/, 'tracked', ...days],
    ] as const) {
      const refused = await river('forget', ...args);
      expect(refused, args.join(' ')).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toMatch(said);
    }
    await house.sql('create table tracked (_river text, date date)');
    const alone = await startIn({ TEMPORAL_ADDRESS: await nowhere() }, 'forget', 'tracked', ...days).end;
    expect(alone).toMatchObject({ code: 0, stderr: '' });
    const WAREHOUSE = `postgres://nobody@${await nowhere()}/none`;
    expect((await startIn({ WAREHOUSE }, 'forget', 'tracked', ...days).end).code).toBe(3);
  }));
