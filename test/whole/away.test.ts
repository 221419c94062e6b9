import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitForEnd } from '#control/run-end';
import type { RunHandle } from '#control/start-run';
import { taskQueue } from '#domain/run/temporal-names';
import { daysBetween } from '../helpers/days-between.ts';
import { withTcpProxy } from '../helpers/tcp-proxy.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { postgresUrl } from '../helpers/with-warehouse.ts';

const days = daysBetween('2026-01-01', '2026-01-08');
const details = {
  report: 'customer-action-details-by-date',
  period: { start: '2026-01-01', end: '2026-01-08' },
  chunks: { every: 'daily', size: 2 },
  target: { table: 'details' },
};
const expectedRows = ({ simulator }: Rivers) =>
  simulator.world.rowCount('customer-action-details-by-date', { days });
const rowsIn = async ({ sql }: Rivers) => Number((await sql('select count(*) as n from details'))[0]?.n);
const start = ({ temporal }: Rivers) =>
  temporal.client.workflow.start('riverRun', {
    taskQueue,
    workflowId: 'waits',
    args: [{ river: 'details' }],
  });

describe('a run waits', () => {
  it.concurrent('for an API that is away, and goes on by itself', () =>
    withRivers({ rivers: { details } }, async (house) => {
      house.simulator.setFaults([{ kind: 'outage', as: 'reset', forMs: 6_000 }]);
      const result = await house.pull({ river: 'details' });
      expect(result.rows).toBe(expectedRows(house));
      expect(await rowsIn(house)).toBe(result.rows);
      // One probe at a time: an API that is down is not hammered.
      const failed = house.simulator.calls().filter(({ status }) => status === 'reset').length;
      expect(failed).toBeGreaterThan(4);
      expect(failed).toBeLessThan(30);
    }));

  it('for a warehouse that is away at first, and in the middle', () => {
    const { hostname, port } = new URL(postgresUrl());
    return withTcpProxy({ host: hostname, port: Number(port) }, (proxy) =>
      withRivers(
        {
          rivers: { details },
          simulator: { latencyMs: 300 },
          warehouseUrl: (url) => url.replace(`:${port}`, `:${proxy.port}`),
        },
        async (house) => {
          proxy.cut();
          const handle = await start(house);
          await sleep(2_000);
          expect((await handle.describe()).status.name).toBe('RUNNING');
          expect(house.simulator.stats().calls).toBe(0);
          proxy.mend();
          while (house.simulator.stats().calls < 4) await sleep(20);
          proxy.cut();
          await sleep(500);
          proxy.mend();
          const end = await waitForEnd(handle as RunHandle);
          if (end.end !== 'succeeded') throw new Error(JSON.stringify(end));
          expect(end.result.rows).toBe(expectedRows(house));
          expect(await rowsIn(house)).toBe(expectedRows(house));
        },
      ),
    );
  });
});
