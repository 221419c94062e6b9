import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType as encodeType } from '@temporalio/common/lib/search-attributes.js';
import { expect, it } from 'vitest';
import { taskQueue } from '#domain/run/temporal-names';
import { withRivers } from '../helpers/with-rivers.ts';

const rivers = { channels: { report: 'execution-channels', target: { table: 'channels' } } };
const input = { river: 'channels' };

/** What a run fails with, its cause's message. */
const refusalOf = async (handle: WorkflowHandle): Promise<{ type: unknown; message: string }> => {
  const error = await handle.result().catch((thrown: unknown) => thrown);
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { type, nonRetryable, message } = error.cause as Error & { type: unknown; nonRetryable: unknown };
  expect(nonRetryable).toBe(true);
  return { type, message };
};

it('a run that is started with several inputs, with none or with a cron schedule is refused before any call', () =>
  withRivers({ rivers }, async ({ temporal, simulator, sql, pull }) => {
    const { workflow } = temporal.client;
    const start = (workflowId: string, args: unknown[], more: object = {}) =>
      workflow.start('riverRun', { workflowId, taskQueue, args, ...more });
    const carried = { opened: { run: { river: 'channels' } }, loaded: 1, failed: 0, rows: 0, calls: 0 };
    for (const [id, args, says] of [
      ['twice', [input, input], 'input: expected one input, got 2: expected { "river": "<name>" }'],
      ['carried', [input, carried], 'input: expected one input, got 2: '],
      ['thrice', [input, null, 3], 'input: expected one input, got 3: '],
      ['none', [], 'input: expected { "river": "<name>" }'],
    ] as const) {
      const { type, message } = await refusalOf(await start(id, [...args]));
      expect(type).toBe('ConfigurationError');
      expect(message).toContain(says);
      expect(message).toContain('the rivers are channels');
    }

    const cron = await start('cron', [input], { cronSchedule: '@every 1s' });
    const executions = async () => {
      const found = workflow.list({ query: `WorkflowId = 'cron' and ExecutionStatus = 'Failed'` });
      return Array.fromAsync(found);
    };
    await expect.poll(async () => (await executions()).length, { timeout: 150_000 }).toBeGreaterThan(1);
    await cron.terminate();
    for (const { workflowId, runId } of (await executions()).slice(0, 2)) {
      const { events } = await workflow.getHandle(workflowId, runId).fetchHistory();
      const { message } = events?.at(-1)?.workflowExecutionFailedEventAttributes?.failure ?? {};
      expect(message).toContain('The workflow has the cron schedule "@every 1s"');
      expect(message).toContain('river schedule apply');
    }
    expect(simulator.stats().calls).toBe(0);
    await pull(input);
    expect(await sql('select count(*) as n from river_runs')).toEqual([{ n: 1 }]);
  }));

it("a search attribute of River's name and another type: runs load without it, and check names the type", () =>
  withRivers({ rivers, worker: false }, async ({ temporal, start, river }) => {
    const { namespace, client } = temporal;
    const { operatorService } = client.connection;
    await operatorService.removeSearchAttributes({ namespace, searchAttributes: ['RiverReport'] });
    const searchAttributes = { RiverReport: encodeType('INT') ?? 0 };
    await operatorService.addSearchAttributes({ namespace, searchAttributes });
    await start('worker').says('Working on');
    const run = await river('run', 'channels', '--wait', '--json');
    expect(run).toMatchObject({ code: 0 });
    const { typedSearchAttributes } = await client.workflow
      .getHandle(JSON.parse(run.stdout).workflowId)
      .describe();
    expect(JSON.stringify(typedSearchAttributes)).toContain('RiverName');
    const check = await river('check');
    expect(check.code).toBe(0);
    expect(check.stdout).toContain(
      'the search attribute RiverReport has the type Int, River needs Keyword: runs load without it',
    );
    expect(check.stdout).toContain(`search-attribute remove --namespace ${namespace} --name RiverReport`);
  }));
