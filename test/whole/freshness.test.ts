import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { waitForEnd } from '#control/run-end';
import type { RunHandle } from '#control/start-run';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { pullAt, runAt, startAt } from '../helpers/run-at.ts';
import { shareRivers } from '../helpers/share-rivers.ts';
import type { Rivers } from '../helpers/with-rivers.ts';
import { oneWarehouse } from '../helpers/with-warehouse.ts';

const closed = {
  report: 'customer-action-details-by-date',
  period: { start: '2026-01-01', end: '2026-01-05' },
  target: { table: 'details' },
};
const tracked = { ...closed, period: { start: '2026-01-01' }, chunks: { every: 'daily', size: 2 } };
const rivers = {
  closed,
  tracked,
  appended: { ...tracked, target: { table: 'details', load: 'append' } },
  waiting: { ...closed, waitForData: '3s' },
  patient: { ...closed, waitForData: '6h' },
  changers: {
    report: 'customer-attribute-changers',
    filters: { changedCustomerAttribute: ['Country'] },
    target: { table: 'changers' },
  },
};
const refusesToSay = (status: number) =>
  ({ kind: 'status', status, match: { endpoint: 'GetLastDataUpdate' } }) as const;

describe.each(oneWarehouse)('days that are not complete yet, loaded into %s,', (kind) => {
  const opened = shareRivers({ kind, rivers, simulator: { unfinishedDays: 'partial' } });
  let house: Rivers;
  beforeEach(async () => {
    house = opened();
    for (const table of ['details', 'changers']) await house.sql(`drop table if exists ${table}`);
    house.simulator.setFaults([]);
    house.simulator.setLastDataUpdate('2026-01-03');
  });

  const at = (day: string, river: string) => pullAt(house, day, { river });
  const provisional = async () =>
    (await house.sql(`select "day" from river_days where provisional order by "day"`)).map(({ day }) => day);
  const expectWhole = (first: string, last: string) =>
    expectTable(house, {
      slug: 'customer-action-details-by-date',
      table: 'details',
      wanted: { days: daysBetween(first, last) },
    });

  /** The query that the Web UI asks as well. */
  const untilItWaits = async (handle: RunHandle): Promise<string> => {
    for (;;) {
      const { waitingForDataUntil } = await handle.query<{ waitingForDataUntil?: string }, []>('progress');
      if (waitingForDataUntil !== undefined) return waitingForDataUntil;
      await sleep(50);
    }
  };

  it('are provisional and named in the warnings; a run of days long past does not ask', async () => {
    const result = await at('2026-01-08', 'closed');
    expect(result.calls).toBe(6);
    expect(result.warnings).toEqual([
      {
        start: '2026-01-04',
        end: '2026-01-05',
        message: "2026-01-04 to 2026-01-05: provisional; Optimove's data is complete up to 2026-01-03.",
      },
    ]);
    expect(await provisional()).toEqual(['2026-01-04', '2026-01-05']);
    const status = JSON.parse((await house.river('status', result.workflowId, '--json')).stdout);
    expect(status.warnings).toEqual(result.warnings);
    expect(await at('2026-01-09', 'closed')).toMatchObject({ calls: 5, warnings: [] });
    expect(await provisional()).toEqual([]);
  });

  it.each([400, 403, 404])(
    'are the day of the run alone where Optimove refuses to say, with %d',
    async (status) => {
      house.simulator.setFaults([refusesToSay(status)]);
      const result = await at('2026-01-04', 'tracked');
      expect(result.calls).toBe(5);
      expect(result.warnings).toMatchObject([
        { start: '2026-01-04', end: '2026-01-04', message: expect.stringContaining('GetLastDataUpdate') },
      ]);
      expect(await provisional()).toEqual(['2026-01-04']);
      // A river that waits for its data does not wait for an answer that will not come.
      expect((await at('2026-01-05', 'patient')).warnings).toMatchObject([{ start: '2026-01-05' }]);
      await at('2026-01-05', 'changers');
      expect(await house.sql('select distinct data_date from changers')).toEqual([
        { data_date: '2026-01-05' },
      ]);
    },
  );

  it('are not known where the credentials are refused: the run stops', async () => {
    house.simulator.setFaults([refusesToSay(401)]);
    const end = await runAt(house, '2026-01-04', { river: 'tracked' });
    expect(end).toMatchObject({ end: 'failed', kind: 'CredentialsRefusedError', result: { calls: 1 } });
  });

  it('do not hide that the base URL is wrong', async () => {
    house.simulator.setFaults([{ kind: 'notFound' }]);
    const end = await runAt(house, '2026-01-04', { river: 'tracked' });
    expect(end).toMatchObject({
      end: 'failed',
      kind: 'ConfigurationError',
      message: expect.stringContaining('Is the base URL of connection main right?'),
    });
  });

  it('wait in append until they are complete, and are then there once', async () => {
    const first = await at('2026-01-05', 'appended');
    expect(first).toMatchObject({ period: { start: '2026-01-01', end: '2026-01-03' }, calls: 4 });
    expect(first.warnings).toMatchObject([
      { start: '2026-01-04', end: '2026-01-05', message: expect.stringContaining('not loaded until') },
    ]);
    const none = await at('2026-01-05', 'appended');
    expect(none).toMatchObject({ status: 'succeeded', period: null, chunks: { total: 0 }, calls: 1 });
    expect(none.warnings).toMatchObject([{ start: '2026-01-04', end: '2026-01-05' }]);
    house.simulator.setLastDataUpdate('2026-01-06');
    const rest = await at('2026-01-06', 'appended');
    expect(rest).toMatchObject({ period: { start: '2026-01-04', end: '2026-01-06' }, warnings: [] });
    expect(await provisional()).toEqual([]);
    await expectWhole('2026-01-01', '2026-01-06');
  });

  it('do not go together with append and lastDaysBack', async () => {
    const period = { start: '2026-01-01', lastDaysBack: 1, track: true };
    const end = await runAt(house, '2026-01-05', { river: 'appended', period });
    expect(end).toMatchObject({ end: 'failed', kind: 'ConfigurationError' });
  });

  it('are waited for as long as waitForData says, and then loaded with a warning', async () => {
    const before = Date.now();
    const result = await at('2026-01-06', 'waiting');
    expect(Date.now() - before).toBeGreaterThan(2_900);
    expect(result.calls).toBe(7);
    expect(result.warnings).toMatchObject([
      { start: '2026-01-04', message: expect.stringContaining('after 3s of waiting') },
    ]);
  });

  it('are waited for no longer than until they are complete', async () => {
    const handle = await startAt(house, '2026-01-06', { river: 'waiting' });
    await untilItWaits(handle);
    house.simulator.setLastDataUpdate('2026-01-05');
    expect(await waitForEnd(handle)).toMatchObject({ end: 'succeeded', result: { calls: 7, warnings: [] } });
    await expectWhole('2026-01-01', '2026-01-05');
  });

  it('are not waited for by a run that is cancelled: a person sees what it waits for, and it ends at once', async () => {
    const handle = await startAt(house, '2026-01-06', { river: 'patient' });
    const hours = (Date.parse(await untilItWaits(handle)) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(5.9);
    expect(hours).toBeLessThan(6.01);
    await handle.cancel();
    expect(await waitForEnd(handle)).toEqual({ end: 'cancelled' });
    const { stdout } = await house.river('status', handle.workflowId, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled', chunks: { total: 1, loaded: 0 } });
  });
});
