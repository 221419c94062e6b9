import { expect, test } from 'vitest';
import { findRunEnd } from '#control/orphaned-runs';
import { taskQueue } from '#domain/run/temporal-names';
import { withTemporal } from '../helpers/temporal.ts';

test('Temporal says how a run has ended, and of one under way that it has not', () =>
  withTemporal(async ({ client }) => {
    const start = () => client.workflow.start('riverRun', { taskQueue, workflowId: 'w', args: [{}] });
    const first = await start();
    const firstRun = { workflowId: 'w', runId: first.firstExecutionRunId };
    expect(await findRunEnd(client, firstRun)).toBeUndefined();
    await first.terminate();
    expect(await findRunEnd(client, firstRun)).toMatchObject({
      status: 'terminated',
      at: expect.any(String),
    });
    const second = await start();
    // Another run has the workflow id now.
    expect(await findRunEnd(client, firstRun)).toMatchObject({ status: 'terminated' });
    expect(await findRunEnd(client, { workflowId: 'w', runId: second.firstExecutionRunId })).toBeUndefined();
    await second.terminate();
  }));

test('a run that Temporal does not know has ended', () =>
  withTemporal(async ({ client }) => {
    expect(await findRunEnd(client, { workflowId: 'never', runId: 'x' })).toMatchObject({
      status: 'terminated',
    });
  }));

test('a run that has run out of time has failed', () =>
  withTemporal(async ({ client }) => {
    const handle = await client.workflow.start('riverRun', {
      taskQueue,
      workflowId: 'late',
      args: [{}],
      workflowExecutionTimeout: '1s',
    });
    await handle.result().catch(() => {});
    const run = { workflowId: 'late', runId: handle.firstExecutionRunId };
    expect(await findRunEnd(client, run)).toMatchObject({ status: 'failed' });
  }));
