import { describe, expect, it } from 'vitest';
import { callKey } from '#domain/call/call';
import type { CallRecord } from '#simulator/stats';
import { withRivers } from '../helpers/with-rivers.ts';
import { warehouseKinds } from '../helpers/with-warehouse.ts';

const rivers = {
  byAction: {
    report: 'customers-by-action',
    period: { start: '2026-01-01', end: '2026-01-03' },
    chunks: { every: 'daily' },
    filters: { actions: ['Free Spins', 12] },
    target: { table: 'by_action' },
  },
};

/** The page of a call is no part of its name. */
const nameOf = ({ path, parameters }: CallRecord) =>
  callKey(
    path,
    Object.entries(parameters).filter(([name]) => !name.startsWith('$')),
  );

/** Calls, statuses and rows, in an order of their own. */
const sorted = (lines: readonly (readonly unknown[])[]) => lines.map((line) => JSON.stringify(line)).sort();

describe.each(warehouseKinds)('river_calls in %s', (kind) => {
  it('is the log of the API: every request, list calls, pages, refusals and failures included', () =>
    withRivers(
      {
        kind,
        rivers,
        connection: { pageSize: 3 },
        simulator: {
          refuseRecipientGroups: [0],
          faults: [
            { kind: 'outage', as: '503', after: 5, times: 2 },
            { kind: 'outage', as: 'reset', after: 15, times: 2 },
            { kind: 'cutBody', after: 25, times: 1 },
            { kind: 'throttle', after: 30, times: 1 },
          ],
        },
      },
      async ({ pull, sql, simulator }) => {
        const result = await pull({ river: 'byAction' });
        const seen = simulator.calls();
        expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200, 400, 429, 503, 'reset']));
        expect(seen.some(({ parameters }) => Number(parameters.$skip) > 0)).toBe(true);
        const noted = await sql('select call, status, "rows" as n from river_calls');
        expect(sorted(noted.map(({ call, status }) => [call, status]))).toEqual(
          sorted(seen.map((call) => [nameOf(call), call.status === 'reset' ? null : call.status])),
        );
        const answered = noted.filter(({ status, n }) => status === 200 && Number(n) > 0);
        expect(answered.reduce((rows, { n }) => rows + Number(n), 0)).toBeGreaterThanOrEqual(
          result.rows ?? 0,
        );
        expect(result.calls).toBe(seen.length);
        const ofChunks = await sql('select calls from river_chunks');
        expect(ofChunks.reduce((calls, chunk) => calls + Number(chunk.calls), 0)).toBe(seen.length - 1);
      },
    ));
});
