import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { describe, expect, test, vi } from 'vitest';
import { createReserve } from '#control/shared-budget';
import { budgetWorkflowId } from '#domain/budget/call-budget';
import type { RecalledBudget } from '#domain/budget/save-budget';
import { TemporalUnavailableError } from '#domain/errors';
import { taskQueue } from '#domain/run/temporal-names';
import { createTemporalRuns } from '#workers/temporal-runs';
import { workflowCode } from '#workers/workflow-code';
import { aReservation } from '../helpers/a-reservation.ts';
import { withTcpProxy } from '../helpers/tcp-proxy.ts';
import { type TemporalCorner, withTemporal } from '../helpers/temporal.ts';

/** A machine that others keep busy as well takes its time. */
const inTime = { timeout: 150_000 };

const windows = [{ calls: 20, perMs: 3_600_000 }];
const workflowId = budgetWorkflowId('main');
const request = () => aReservation({ windows, asks: [{ run: 'r', calls: 3 }], room: 3 });

/** Budgets that are told that there was none before them; or nothing at all, so that they never know anything. */
async function withBudgets(
  { address, namespace }: TemporalCorner,
  told: 'nothing before' | 'nothing at all',
  use: () => Promise<void>,
): Promise<void> {
  const connection = await NativeConnection.connect({ address });
  const done = Promise.withResolvers<void>();
  const recallBudget = async (): Promise<RecalledBudget> => {
    if (told === 'nothing at all') await done.promise;
    return { found: 'nothing' };
  };
  try {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      workflowBundle: await workflowCode(),
      activities: { recallBudget },
    });
    await worker.runUntil(() => use().finally(done.resolve));
  } finally {
    await connection.close();
  }
}

async function begunAndTerminated({ client }: TemporalCorner): Promise<void> {
  const args = [{ connection: 'main', windows }];
  const handle = await client.workflow.start('apiBudget', { workflowId, taskQueue, args });
  await vi.waitFor(async () => {
    const { raw } = await handle.describe();
    expect(raw.pendingActivities).toHaveLength(1);
  }, inTime);
  await handle.terminate('before it knew anything');
}

const recall = ({ client, address, namespace }: TemporalCorner) =>
  createTemporalRuns(client, { address, namespace }).recallBudget({ workflowId, runId: 'another' });

describe('a budget that was terminated before it knew anything', () => {
  test('is passed over for the one before it', () =>
    withTemporal(async (corner) => {
      await withBudgets(corner, 'nothing before', async () => {
        await vi.waitFor(async () => {
          const { permits } = await createReserve(corner.client, 'main')(request());
          expect(permits).toHaveLength(3);
        }, inTime);
        await corner.client.workflow.getHandle(workflowId).terminate('by a person');
      });
      await withBudgets(corner, 'nothing at all', async () => {
        await begunAndTerminated(corner);
        await begunAndTerminated(corner);
        // A list of executions follows what happens to them.
        await vi.waitFor(async () => {
          const executions = await Array.fromAsync(corner.client.workflow.list());
          expect(executions.map(({ status }) => status.name)).toEqual(Array(3).fill('TERMINATED'));
        }, inTime);
        const recalled = await recall(corner);
        const [window] = recalled.found === 'budget' ? recalled.budget.windows.windows : [];
        expect(window?.instants).toHaveLength(3);
      });
    }));

  test('had none before it: nothing was given', () =>
    withTemporal(async (corner) => {
      await withBudgets(corner, 'nothing at all', async () => {
        await begunAndTerminated(corner);
        expect(await recall(corner)).toEqual({ found: 'nothing' });
      });
    }));
});

test('a budget that has continued as new many times is asked for its newest history only', () =>
  withTemporal(async (corner) => {
    const { client } = corner;
    const begun = 45;
    await withBudgets(corner, 'nothing before', async () => {
      await vi.waitFor(async () => {
        const { permits } = await createReserve(client, 'main')(request());
        expect(permits).toHaveLength(3);
      }, inTime);
    });
    // No worker is needed to have many that ended.
    for (let at = 0; at < begun; at += 1) {
      const args = [{ connection: 'main', windows }];
      const options = {
        workflowId,
        taskQueue,
        args,
        workflowIdConflictPolicy: 'TERMINATE_EXISTING' as const,
      };
      await client.workflow.start('apiBudget', options);
    }
    await client.workflow.getHandle(workflowId).terminate('by a person');
    await vi.waitFor(async () => {
      const { count } = await client.workflow.count(
        `WorkflowId = '${workflowId}' and ExecutionStatus = 'Terminated'`,
      );
      expect(count).toBe(begun + 1);
    }, inTime);
    const lists = vi.spyOn(client.workflowService, 'listWorkflowExecutions');
    await recall(corner);
    expect(lists).toHaveBeenCalledTimes(1);
    const [asked] = lists.mock.calls[0] ?? [];
    expect(asked).toMatchObject({ pageSize: expect.any(Number) });
    expect(Number((asked as { pageSize?: number }).pageSize)).toBeLessThan(begun);
    lists.mockRestore();
  }));

test('a Temporal that is away is tried again', () =>
  withTemporal(async (temporal) => {
    const [host = '', port] = temporal.address.split(':');
    const { namespace } = temporal;
    await withTcpProxy({ host, port: Number(port) }, async (proxy) => {
      const address = `127.0.0.1:${proxy.port}`;
      const connection = await Connection.connect({ address });
      try {
        const client = new Client({ connection, namespace });
        proxy.cut();
        const recalled = createTemporalRuns(client, { address, namespace }).recallBudget({
          workflowId,
          runId: 'another',
        });
        await expect(recalled).rejects.toThrow(TemporalUnavailableError);
      } finally {
        await connection.close();
      }
    });
  }));
