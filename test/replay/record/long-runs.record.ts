import { expect, it, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { startAt } from '../../helpers/run-at.ts';
import { withRivers } from '../../helpers/with-rivers.ts';
import { recorderOf } from './recorder.ts';
import { inTime, rivers, started } from './rivers.ts';

/** Temporal suggests a new history at thousands of events; this server does so after a few. */
const suggestedAfter = (events: number) => ({ 'limit.historyCount.suggestContinueAsNew': String(events) });

it.concurrent('runs and budgets whose history grows long', () =>
  withRivers(
    {
      rivers,
      simulator: { latencyMs: 300 },
      connection: { maxConcurrentCalls: 2 },
      temporal: suggestedAfter(60),
    },
    async (house) => {
      const record = recorderOf(house);
      expect((await house.run({ river: 'actions' }, 'long')).end).toBe('succeeded');
      await record.runs('long', 'continued-as-new', 'carried-over');
      await record.budgets('continued-as-new', 'carried-over');
    },
  ));

it.concurrent('a run that is paused while its history is long', () =>
  withRivers(
    {
      rivers,
      // The pause comes before the history is that long, and what it stops makes it so.
      simulator: { latencyMs: 800 },
      connection: { maxConcurrentCalls: 2 },
      temporal: suggestedAfter(90),
    },
    async (house) => {
      const paused = await started(house, 'actions', 'paused');
      await vi.waitFor(() => expect(house.simulator.stats().calls).toBeGreaterThan(0), inTime);
      await paused.executeUpdate('pause');
      await vi.waitFor(async () => {
        const { runId } = await house.temporal.client.workflow.getHandle('paused').describe();
        expect(runId).not.toBe(paused.firstExecutionRunId);
      }, inTime);
      await paused.executeUpdate('resume');
      expect((await waitForEnd(paused)).end).toBe('succeeded');
      await recorderOf(house).runs('paused', 'continued-while-paused', 'carried-over-paused');
    },
  ));

it.concurrent('a run whose history grows long while it waits for its data', () =>
  withRivers({ rivers, temporal: suggestedAfter(18) }, async (house) => {
    house.simulator.setLastDataUpdate('2026-01-03');
    const handle = await startAt(house, '2026-01-05', { river: 'waits' });
    expect((await waitForEnd(handle)).end).toBe('succeeded');
    await recorderOf(house).runs(
      handle.workflowId,
      'continued-while-waiting-for-data',
      'carried-over-waiting-for-data',
    );
  }));
