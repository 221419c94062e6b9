import { describe, expect, it, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { startRun } from '#control/start-run';
import type { riverRun } from '#workflows/index';
import { daysBetween } from '../helpers/days-between.ts';
import { withTcpProxy } from '../helpers/tcp-proxy.ts';
import { variable } from '../helpers/variable.ts';
import { freely, type Rivers, withRivers } from '../helpers/with-rivers.ts';
import { withServer } from '../helpers/with-server.ts';
import { postgresUrl } from '../helpers/with-warehouse.ts';

const days = daysBetween('2026-01-01', '2026-01-08');
const report = 'customer-action-details-by-date';
const details = {
  report,
  period: { start: '2026-01-01', end: '2026-01-08' },
  chunks: { every: 'daily' },
  target: { table: 'details' },
};
/** Twenty slices at a time. */
const byAction = (name: string, at: object) => ({
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: '2026-01-31' },
  chunks: { every: 'daily' },
  filters: { actions: [12] },
  target: { table: name.replace('-', '_') },
  ...at,
});
/** What a person may have to wait for on a machine that is busy; the hang lasts for as long as it is left. */
const soonMs = 90_000;

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

const begin = ({ temporal }: Rivers, river: string) =>
  startRun({ ...temporal, close: async () => {} }, { river, input: { river }, workflowId: river });

/** The river that nothing hangs for is opened, pulled and closed, whole. */
async function othersRun(house: Rivers): Promise<void> {
  const startedAt = Date.now();
  const end = await waitForEnd(await begin(house, 'details'));
  expect(Date.now() - startedAt).toBeLessThan(soonMs);
  const rows = house.simulator.world.rowCount(report, { days });
  expect(end).toMatchObject({ end: 'succeeded', result: { rows, chunks: { loaded: days.length } } });
}

/** What their workflows cannot know before a call ends. Which of them have a call in flight is chance: there are eight in all. */
async function oneSaysSince({ river }: Rivers, workflowIds: readonly string[]): Promise<void> {
  const waits = /A call has been waiting for Optimove's answer since \S+ \S+ UTC\./;
  const say = async () => Promise.all(workflowIds.map(async (id) => (await river('status', id)).stdout));
  await vi.waitFor(async () => expect((await say()).join('\n')).toMatch(waits), {
    timeout: soonMs,
    interval: 500,
  });
}

async function cancelled({ temporal }: Rivers, workflowId: string): Promise<void> {
  const handle = temporal.client.workflow.getHandle<typeof riverRun>(workflowId);
  const startedAt = Date.now();
  await handle.cancel();
  expect(await waitForEnd(handle)).toEqual({ end: 'cancelled' });
  expect(Date.now() - startedAt).toBeLessThan(soonMs);
}

describe('what hangs holds up no other', () => {
  it('connections whose calls are never answered', () =>
    withServer(
      () => {},
      (url, seen) => {
        const hanging = (tenant: string) => ({
          baseUrl: `${url}/${tenant}`,
          auth: { apiKey: variable('SIMULATOR_KEY') },
          budget: freely,
        });
        const rivers = ['one', 'other'].flatMap((tenant) =>
          names(tenant, 4).map((name) => [name, byAction(name, { connection: tenant })] as const),
        );
        return withRivers(
          {
            more: { connections: { one: hanging('one'), other: hanging('other') } },
            rivers: { details, ...Object.fromEntries(rivers) },
          },
          async (house) => {
            for (const [name] of rivers) await begin(house, name);
            for (const tenant of ['one', 'other'])
              await vi.waitFor(
                () => expect(seen.filter(({ url: path }) => path.startsWith(`/${tenant}`)).length).toBe(8),
                { timeout: 150_000, interval: 100 },
              );
            await othersRun(house);
            await oneSaysSince(house, names('one', 4));
            await cancelled(house, 'one-3');
          },
        );
      },
    ));

  it('a warehouse that answers nothing any more; its worker can be stopped', () => {
    const { hostname, port } = new URL(postgresUrl());
    return withTcpProxy({ host: hostname, port: Number(port) }, (proxy) => {
      const url = postgresUrl().replace(`:${port}`, `:${proxy.port}`);
      const rivers = names('hanging', 4).map(
        (name) =>
          [name, byAction(name, { target: { warehouse: 'away', table: name.replace('-', '_') } })] as const,
      );
      return withRivers(
        {
          kind: 'sqlite',
          worker: false,
          more: { warehouses: { away: { client: 'pg', connection: url, schema: 'hanging' } } },
          rivers: { details, ...Object.fromEntries(rivers) },
          simulator: { latencyMs: 100 },
        },
        async (house) => {
          const worker = house.start('worker');
          for (const [name] of rivers) await begin(house, name);
          await vi.waitFor(() => expect(house.simulator.stats().calls).toBeGreaterThan(50), {
            timeout: 150_000,
            interval: 50,
          });
          proxy.swallow();
          try {
            await othersRun(house);
            const toldAt = performance.now();
            worker.kill('SIGTERM');
            const { code, stderr } = await worker.end;
            expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringContaining('rror:') });
            // Between two tries of a write nothing hangs, and the worker ends at once.
            const hasWaited = performance.now() - toldAt > 20_000;
            const given = / Some steps did not end within 20 s, .* Another worker repeats them\.$/m;
            if (hasWaited) expect(stderr).toMatch(given);
          } finally {
            proxy.cut();
          }
        },
      );
    });
  });
});
