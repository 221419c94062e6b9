import { ApplicationFailure } from '@temporalio/client';
import { expect, test } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { withFakedRuns } from '../helpers/fake-run-activities.ts';

test('a run that fails has its kind, message and result', () =>
  withFakedRuns(
    {
      pullSlice: async () => {
        throw ApplicationFailure.nonRetryable('no such action', 'ReportRefusedError');
      },
    },
    async ({ start }) => {
      expect(await waitForEnd(await start())).toMatchObject({
        end: 'failed',
        kind: 'ChunksFailed',
        message: expect.stringContaining('faked: no chunk was loaded (1 failed).'),
        result: { status: 'failed', river: 'faked' },
      });
    },
  ));

test('of a run that is terminated only the reason is known', () =>
  withFakedRuns({ openRun: () => new Promise(() => {}) }, async ({ start }) => {
    const handle = await start();
    await handle.terminate('by a person');
    expect(await waitForEnd(handle)).toEqual({ end: 'terminated', message: 'by a person' });
  }));

test('a failure that carries no result has none', async () => {
  await withFakedRuns({}, async ({ client }) => {
    const handle = await client.workflow.start('nothing-like-it', {
      taskQueue: 'nowhere',
      workflowId: 'timed-out',
      workflowExecutionTimeout: '1s',
    });
    expect(await waitForEnd(handle as never)).toMatchObject({
      end: 'failed',
      result: null,
      kind: 'TimeoutFailure',
    });
  });
});
