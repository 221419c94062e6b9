import { expect, it, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { pullAt } from '../../helpers/run-at.ts';
import { withRivers } from '../../helpers/with-rivers.ts';
import { recorderOf } from './recorder.ts';
import { inTime, rivers, started } from './rivers.ts';

const slowly = { latencyMs: 300 };
const few = { maxConcurrentCalls: 2 };

it.concurrent('runs that succeed', () =>
  withRivers({ rivers }, async (house) => {
    const record = recorderOf(house);
    await house.run({ river: 'actions' }, 'loaded');
    await record.run('loaded', 'loaded');
    await record.budget('permits');
    await house.run({ river: 'sends' }, 'campaigns');
    await record.run('campaigns', 'campaigns');
    await house.run({ river: 'pruned' }, 'pruned');
    await record.run('pruned', 'pruned');
    await pullAt(house, '2026-01-06', { river: 'tracked' });
    house.simulator.setLastDataUpdate('2026-01-08');
    const tracked = await pullAt(house, '2026-01-08', { river: 'tracked' });
    await record.run(tracked.workflowId, 'tracked');
    const { workflowId } = await pullAt(house, '2026-01-08', { river: 'tracked' });
    await record.run(workflowId, 'tracked-nothing-left');
    house.simulator.setLastDataUpdate('2026-01-03');
    const waited = await pullAt(house, '2026-01-05', { river: 'waits' });
    await record.run(waited.workflowId, 'waiting-for-data');
  }));

it.concurrent('runs that fail, and their retries', () =>
  withRivers({ rivers }, async (house) => {
    const record = recorderOf(house);
    await house.run({ river: 'unknown' }, 'refused');
    await record.run('refused', 'refused-input');
    await record.run('refused', 'refused-and-told');
    house.simulator.setFaults([
      { kind: 'status', status: 400, match: { parameters: { Date: '2026-01-02' } } },
    ]);
    expect((await house.run({ river: 'details' }, 'failed')).end).toBe('failed');
    await record.run('failed', 'chunk-failed');
    house.simulator.setFaults([]);
    expect((await house.run({ retryFailedChunksOf: 'failed' }, 'retried')).end).toBe('succeeded');
    await record.run('retried', 'retried');
    await house.run({ retryFailedChunksOf: 'failed' }, 'nothing');
    await record.run('nothing', 'retried-nothing-left');
    house.simulator.setFaults([{ kind: 'notFound' }]);
    expect((await house.run({ river: 'details' }, 'not-found')).end).toBe('failed');
    await record.run('not-found', 'wrong-base-url');
    house.simulator.setFaults([{ kind: 'status', status: 401 }]);
    expect((await house.run({ river: 'details' }, 'credentials')).end).toBe('failed');
    await record.run('credentials', 'refused-credentials');
  }));

it.concurrent('runs that a person stops', () =>
  withRivers({ rivers, connection: few, simulator: slowly }, async (house) => {
    const record = recorderOf(house);
    const { simulator } = house;
    const beyond = (calls: number) =>
      vi.waitFor(() => expect(simulator.stats().calls).toBeGreaterThan(calls), inTime);
    const paused = await started(house, 'actions', 'paused');
    await beyond(5);
    await paused.executeUpdate('pause');
    await vi.waitFor(
      async () => expect(await paused.query('progress')).toMatchObject({ state: 'paused' }),
      inTime,
    );
    await paused.executeUpdate('resume');
    expect((await waitForEnd(paused)).end).toBe('succeeded');
    await record.run('paused', 'paused');
    const cancelled = await started(house, 'actions', 'cancelled');
    await beyond(simulator.stats().calls + 5);
    await cancelled.cancel();
    expect((await waitForEnd(cancelled)).end).toBe('cancelled');
    await record.run('cancelled', 'cancelled');
  }));

it.concurrent('runs that wait for quota', () =>
  withRivers({ rivers, connection: { budget: [{ calls: 25, per: '20s' }] } }, async (house) => {
    await house.run({ river: 'actions' }, 'waiting');
    await recorderOf(house).run('waiting', 'waiting-for-quota');
  }));

it.concurrent('a run in an outage, and the budget with it', () =>
  withRivers(
    { rivers, simulator: { faults: [{ kind: 'outage', as: 'reset', forMs: 12_000 }] } },
    async (house) => {
      expect((await house.run({ river: 'actions' }, 'outage')).end).toBe('succeeded');
      await recorderOf(house).run('outage', 'in-outage');
      await recorderOf(house).budget('in-outage');
    },
  ));

it.concurrent('a run that an outage outlasts', () =>
  withRivers({ rivers, simulator: { faults: [{ kind: 'outage', as: 'reset' }] } }, async (house) => {
    expect(await house.run({ river: 'impatient' }, 'given-up')).toMatchObject({ kind: 'OutageError' });
    await recorderOf(house).run('given-up', 'given-up-in-outage');
  }));
