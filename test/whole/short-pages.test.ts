import { describe, expect, it } from 'vitest';
import type { RunEnd } from '#control/run-end';
import type { Fault } from '#simulator/faults/fault-kinds';
import { daysBetween } from '../helpers/days-between.ts';
import { expectTable } from '../helpers/expected-table.ts';
import { withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const days = daysBetween('2026-01-01', '2026-01-03');
const period = { start: days[0], end: days.at(-1) };
const byAction = {
  report: 'customers-by-action',
  period,
  filters: { actions: [12] },
  target: { table: 'by_action' },
};
const details = {
  report: 'customer-action-details-by-date',
  period,
  chunks: { every: 'daily' },
  target: { table: 'details' },
};
const codes = { report: 'promo-codes', period, chunks: { every: 'daily' }, target: { table: 'codes' } };
const byActionIs = {
  slug: 'customers-by-action',
  table: 'by_action',
  wanted: { days, actions: [12] },
} as const;

const errorsOf = (end: RunEnd) => (end.end === 'failed' ? (end.result?.failedChunks ?? []) : []);

describe.concurrent('pages that a server cuts short', () => {
  it.each<[string, Fault]>([
    ['by rows', { kind: 'pageCap', rows: 137 }],
    ['by bytes', { kind: 'byteCap', bytes: 9_000 }],
    ['by time', { kind: 'randomCap', rows: [100, 320] }],
  ])('%s are followed to the end', (_how, fault) =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { byAction },
        simulator: { size: { rowsPerCall: [100, 700], busyShare: 1 }, faults: [fault] },
      },
      async (house) => {
        await house.pull({ river: 'byAction' });
        expect(await expectTable(house, byActionIs)).toBeGreaterThan(5_000);
      },
    ),
  );

  /**
   * Ten days, of which the second is cut to 100 rows, and the longest so that only its last row is missing. A whole page was seen
   * before, and the longest day's answer comes last, in whatever order the calls are sent.
   */
  async function pullTenDays(chunks: object) {
    const ten = daysBetween('2026-01-01', '2026-01-10');
    const river = { ...details, period: { start: ten[0], end: ten.at(-1) }, chunks };
    const before = { ...details, period: { start: ten[0], end: ten[0] }, target: { table: 'before' } };
    const size = { rowsPerCall: [20, 30], busyShare: 1 } as const;
    return withRivers(
      { kind: 'sqlite', rivers: { river, before }, simulator: { seed: 15, size } },
      async (house) => {
        const rowsOf = (day: string) =>
          house.simulator.world.rowCount('customer-action-details-by-date', { days: [day] });
        const [longest = ''] = ten.slice(5).sort((one, other) => rowsOf(other) - rowsOf(one));
        const on = (day: string) => ({ match: { parameters: { Date: day } } });
        const most = Math.max(...ten.filter((day) => day !== longest).map(rowsOf));
        expect(rowsOf(longest)).toBeGreaterThan(most + 1);
        await house.pull({ river: 'before' });
        house.simulator.setFaults([
          { kind: 'pageCap', rows: 100, ...on(ten[1] ?? '') },
          { kind: 'pageCap', rows: most + 1, ...on(longest) },
          { kind: 'slow', latencyMs: 4_000, ...on(longest) },
        ]);
        const { warnings, rows } = await house.pull({ river: 'river' });
        return { warnings, missing: ten.reduce((sum, day) => sum + rowsOf(day), 0) - (rows ?? 0) };
      },
    );
  }

  it('now and then are followed to the end in the chunk in which that is found out', async () => {
    expect(await pullTenDays({ every: 'dont_split' })).toEqual({ warnings: [], missing: 0 });
  });

  it('now and then are warned of where calls were taken for whole in chunks before', async () => {
    const { warnings, missing } = await pullTenDays({ every: 'daily' });
    expect(missing).toBeGreaterThan(0);
    expect(warnings).toMatchObject([
      {
        about: 'data',
        message: expect.stringMatching(/connection main cuts pages.* \d calls .*may be missing/),
      },
    ]);
  });

  it.each<[number, number]>([
    [100, 400],
    [500, 500],
  ])('cost next to nothing where nothing is cut: %i to %i rows', (...rowsPerCall) =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: {
          byAction: { ...byAction, filters: { actions: [12, 15, 18, 21] }, chunks: { every: 'daily' } },
        },
        simulator: { size: { rowsPerCall, recipientGroups: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] } },
      },
      async (house) => {
        const result = await house.pull({ river: 'byAction' });
        expect(result.calls).toBeLessThanOrEqual(120 + 20);
      },
    ),
  );
});

describe.concurrent('the same rows for ever', () => {
  it.each<[how: string, pageSize: number, fault: Fault]>([
    ['in another order', 20, { kind: 'shuffle' }],
    ['in another order', 10_000, { kind: 'shuffle' }],
    ['of which one changes', 20, { kind: 'live', key: 'PromoCode' }],
    ['of which one changes', 10_000, { kind: 'live', key: 'PromoCode' }],
  ])('%s end with a sentence within three pages of %i rows', (_how, pageSize, fault) =>
    withRivers(
      {
        kind: 'sqlite',
        rivers: { details },
        connection: { pageSize },
        simulator: { size: { rowsPerCall: [20, 40] }, faults: [{ kind: 'ignoreSkip' }, fault] },
      },
      async (house) => {
        const end = await house.run({ river: 'details' });
        expect(errorsOf(end)).toHaveLength(days.length);
        for (const { error } of errorsOf(end)) {
          expect(error).toMatch(/^ReportRefusedError: .*the same \d+ rows from row \d+ on.*overrides/);
        }
        expect(house.simulator.stats().calls).toBeLessThanOrEqual(days.length * 3);
      },
    ),
  );
});

describe.concurrent.each(warehouseKinds)('rows without an order of their own, in %s', (kind) => {
  it('are warned of: some stand on two pages, others may be missing', () =>
    withRivers(
      {
        kind,
        rivers: { details },
        connection: { pageSize: 20 },
        simulator: {
          size: {},
          faults: [{ kind: 'unordered', match: { parameters: { Date: '2026-01-02' } } }],
        },
      },
      async (house) => {
        const { warnings } = await house.pull({ river: 'details' });
        expect(warnings).toEqual([
          {
            start: '2026-01-02',
            end: '2026-01-02',
            about: 'data',
            message: expect.stringMatching(
              /^Rows may be missing: the keys of \d+ rows .*pageSize.*GetCustomerActionDetailsByDate\?Date=2026-01-02/,
            ),
          },
        ]);
      },
    ));
});

describe.concurrent('a call without pages that is cut', () => {
  const size = { actions: 6_000 };
  const cut = (skip: 'works' | 'ignored' | 'refused'): Fault => ({ kind: 'cutAnswer', rows: 10_000, skip });

  it('goes on with $skip where that works: all rows, and no warning', () =>
    withRivers(
      { kind: 'sqlite', rivers: { codes }, simulator: { size, faults: [cut('works')] } },
      async (house) => {
        const result = await house.pull({ river: 'codes' });
        const wanted = { days };
        expect(await expectTable(house, { slug: 'promo-codes', table: 'codes', wanted })).toBeGreaterThan(
          40_000,
        );
        expect(result.warnings).toEqual([]);
      },
    ));

  it('is warned of where $skip is ignored, refused, forbidden or not found, and its rows are loaded', () =>
    withRivers({ kind: 'sqlite', rivers: { codes }, simulator: { size } }, async (house) => {
      const match = { endpoint: 'GetPromoCodes', parameters: { $skip: '10000' } };
      // It refuses what was asked on: the credentials were taken.
      const forbidden: Fault = { kind: 'status', status: 403, match };
      const live: Fault = { kind: 'live', key: 'PromoCode' };
      for (const faults of [
        [cut('ignored')],
        [cut('ignored'), live],
        [cut('refused')],
        [cut('works'), forbidden],
        [cut('works'), { kind: 'notFound', match } as const],
      ]) {
        house.simulator.setFaults(faults);
        const result = await house.pull({ river: 'codes' });
        expect(result.rows).toBe(30_000);
        expect(result.calls).toBe(6);
        expect(result.warnings).toHaveLength(3);
        for (const { message, about } of result.warnings) {
          expect(message).toMatch(/may be cut.*promo-codes-by-target-group.*GetPromoCodes\?Date=/);
          expect(about).toBe('data');
        }
      }
    }));

  it('is asked on where it is a list as well, and a run warns of a list that may be cut', () => {
    const named = { ...byAction, filters: { actions: ['Action 30012'] } };
    return withRivers(
      {
        kind: 'sqlite',
        rivers: { named },
        simulator: { size: { actions: 10_500, busyShare: 0.05 }, faults: [cut('works')] },
      },
      async (house) => {
        const whole = await house.pull({ river: 'named' });
        expect(whole.warnings).toEqual([]);
        // The list, its 500 rows beyond the cut, and what follows these.
        expect(whole.calls).toBe(3 + days.length * 10);
        const planned = await house.river('plan', 'named', '--json');
        expect(planned.code, planned.stderr).toBe(0);
        expect(JSON.parse(planned.stdout)).toMatchObject({ calls: { list: 1, data: days.length * 10 } });
        // A list that changes while it is read is none that goes on for ever.
        house.simulator.setFaults([cut('ignored'), { kind: 'live', key: 'ActionName' }]);
        expect(await house.river('plan', 'named')).toMatchObject({ code: 2 });
        house.simulator.setFaults([cut('ignored')]);
        const end = await house.run({ river: 'named' });
        expect(end).toMatchObject({ end: 'failed', kind: 'ConfigurationError' });
        expect(end.end === 'failed' && end.message).toMatch(/Action 30012.*may be cut/);
        const first = { ...named.filters, actions: ['Action 36'] };
        const warned = await house.pull({ river: 'named', filters: first, allowEmptied: true });
        const ofList = {
          start: null,
          end: null,
          about: 'data',
          message: expect.stringMatching(/may be cut.*GetAllActions/),
        };
        expect(warned.warnings.slice(0, 1)).toEqual([ofList]);
        // A retry reads no list again, and what was to be said of it is said again.
        house.simulator.setFaults([
          cut('ignored'),
          { kind: 'status', status: 400, match: { endpoint: 'GetCustomersByAction' } },
        ]);
        const failed = await house.run({ river: 'named', filters: first });
        house.simulator.setFaults([]);
        const retried = await house.pull({
          retryFailedChunksOf: failed.end === 'failed' && failed.result?.workflowId,
        });
        expect(retried).toMatchObject({ calls: days.length * 10, chunks: { total: 1, loaded: 1 } });
        expect(retried.warnings.slice(0, 1)).toEqual([ofList]);
      },
    );
  });
});

describe('a body over 32 MB', () => {
  it('is refused with what makes it smaller', () =>
    withRivers(
      { kind: 'sqlite', rivers: { details, codes }, simulator: { faults: [{ kind: 'largeBody' }] } },
      async ({ run }) => {
        const [paged, whole] = [
          errorsOf(await run({ river: 'details' })),
          errorsOf(await run({ river: 'codes' })),
        ];
        expect(paged[0]?.error).toMatch(/over 32 MB: lower pageSize of connection main/);
        expect(whole[0]?.error).toMatch(/over 32 MB: .*overrides: \{ pages: true \}/);
      },
    ));
});
