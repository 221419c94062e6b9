import { expect, test, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { cancelRun, steerRun } from '#control/steer-run';
import { ConfigurationError } from '#domain/errors';
import { taskQueue } from '#domain/run/temporal-names';
import { pulled, untilStopped, withFakedRuns } from '../helpers/fake-run-activities.ts';
import { type TemporalCorner, withTemporal } from '../helpers/temporal.ts';

/** A machine that others keep busy as well takes its time. */
const inTime = { timeout: 150_000 };

const asClient = ({ client, address, namespace }: TemporalCorner) => ({
  client,
  address,
  namespace,
  close: async () => {},
});

test('a run with a worker answers pause and resume itself', () => {
  let isHeldUp = true;
  return withFakedRuns(
    { pullSlice: ({ slice }) => (isHeldUp ? untilStopped() : Promise.resolve(pulled(slice))) },
    async ({ start, pulls, ...corner }) => {
      const handle = await start();
      const temporal = asClient(corner);
      await vi.waitFor(() => expect(pulls).toHaveLength(2), inTime);
      expect(await steerRun(temporal, handle.workflowId, 'pause')).toMatchObject({
        paused: true,
        changed: true,
      });
      isHeldUp = false;
      expect(await steerRun(temporal, handle.workflowId, 'resume')).toMatchObject({
        paused: false,
        changed: true,
      });
      expect(await waitForEnd(handle)).toMatchObject({ end: 'succeeded', result: { rows: 10 } });
      const over = steerRun(temporal, handle.workflowId, 'pause');
      await expect(over).rejects.toThrow(ConfigurationError);
      await expect(over).rejects.toThrow(/is not under way, it is completed: there is nothing to pause/);
    },
  );
});

test('a run without a worker is left a signal, and the answer says so', () =>
  withTemporal(async (corner) => {
    const handle = await corner.client.workflow.start('riverRun', {
      taskQueue,
      workflowId: 'alone',
      args: [{}],
    });
    const answer = await steerRun(asClient(corner), 'alone', 'pause');
    expect(answer).toMatchObject({ paused: true, changed: false });
    expect(answer.message).toBe(
      'No worker is running: the run pauses as soon as one starts (`river worker`).',
    );
    const { events } = await handle.fetchHistory();
    const signals = (events ?? []).map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    expect(signals).toContain('pause');
    await handle.terminate();
  }));

test('a run that is cancelled is waited for', () =>
  withFakedRuns({ pullSlice: untilStopped }, async ({ start, pulls, ...corner }) => {
    const handle = await start();
    await vi.waitFor(() => expect(pulls).toHaveLength(2), inTime);
    expect(await cancelRun(asClient(corner), handle.workflowId)).toEqual({ end: 'cancelled' });
  }));

test('what is no run of a river is not steered', () =>
  withTemporal(async (corner) => {
    const temporal = asClient(corner);
    await expect(steerRun(temporal, 'nowhere', 'pause')).rejects.toThrow(
      /There is no run nowhere in Temporal/,
    );
    const other = await corner.client.workflow.start('apiBudget', {
      taskQueue,
      workflowId: 'budget',
      args: [{}],
    });
    await expect(cancelRun(temporal, 'budget')).rejects.toThrow(
      /is not a run of a river but a workflow of the type apiBudget/,
    );
    await other.terminate();
  }));
