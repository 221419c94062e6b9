import { describe, expect, it, vi } from 'vitest';
import { type RunEnd, waitForEnd } from '#control/run-end';
import { startRun } from '#control/start-run';
import { budgetWorkflowId } from '#domain/budget/call-budget';
import { readHistories } from '../helpers/histories.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';

/** Temporal refuses a payload of 2 MB and a message of 4 MB. */
const payloadBytes = 64 * 1024;
/** It refuses 50 MB; from 4 MB on it suggests a new history. */
const historyBytes = 8 * 1024 * 1024;

/** All histories of a run and of its budget. */
async function expectSmallHistories({ temporal: { client } }: Rivers, workflowId: string): Promise<void> {
  for (const id of [workflowId, budgetWorkflowId('main')]) {
    const { event, size } = await readHistories(client, id);
    expect(event).toBeLessThan(payloadBytes);
    expect(size).toBeLessThan(historyBytes);
  }
}

async function start({ temporal }: Rivers, input: object, workflowId: string) {
  const handle = await startRun(
    { ...temporal, close: async () => {} },
    { river: 'large', input: { river: 'large', ...input }, workflowId },
  );
  return { end: waitForEnd(handle), cancel: () => temporal.client.workflow.getHandle(workflowId).cancel() };
}

describe.concurrent('no payload is ever large', () => {
  it('2,000 actions, chosen by name, on 365 days in one chunk', () =>
    withRivers(
      {
        rivers: {
          large: {
            report: 'customers-by-action',
            period: { start: '2025-01-01', end: '2025-12-31' },
            target: { table: 'large' },
          },
        },
        simulator: { size: { actions: 2_000 } },
      },
      async (house) => {
        const names = house.simulator.world.definitions.actions.map(({ name }) => name);
        const run = await start(house, { filters: { actions: names } }, 'large');
        await vi.waitFor(() => expect(house.simulator.stats().calls).toBeGreaterThan(30), 50_000);
        const progress = await house.temporal.client.workflow.getHandle('large').query('progress');
        expect(progress).toMatchObject({ chunks: { total: 1 }, plannedCalls: 365 * 2_000 * 10 });
        await run.cancel();
        expect(await run.end).toEqual({ end: 'cancelled' } satisfies RunEnd);
        await expectSmallHistories(house, 'large');
      },
    ));

  it('500 campaigns found in one chunk', () =>
    withRivers(
      {
        rivers: {
          large: {
            report: 'customer-send-details-by-campaign',
            period: { start: '2026-01-01', end: '2026-01-01' },
            target: { table: 'large' },
          },
        },
        connection: { maxConcurrentCalls: 20 },
        simulator: { size: { campaignsPerDay: [340, 340], rowsPerCall: [0, 2] } },
      },
      async (house) => {
        const run = await start(house, {}, 'large');
        expect(await run.end).toMatchObject({ result: { chunks: { total: 1, loaded: 1 } } });
        const { byEndpoint } = house.simulator.stats();
        expect(byEndpoint['customers/GetCustomerSendDetailsByCampaign']).toBeGreaterThanOrEqual(500);
        await expectSmallHistories(house, 'large');
      },
    ));
});
