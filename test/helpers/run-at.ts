import { randomUUID } from 'node:crypto';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { type RunEnd, waitForEnd } from '#control/run-end';
import type { RunHandle } from '#control/start-run';
import type { RunResult } from '#domain/run/run-result';
import { taskQueue } from '#domain/run/temporal-names';
import type { Rivers } from './with-rivers.ts';

const scheduledStartTime = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** Starts a run as a schedule does, whose time for it is noon of this day in UTC. */
export async function startAt({ temporal }: Rivers, day: string, input: object): Promise<RunHandle> {
  const handle = await temporal.client.workflow.start('riverRun', {
    taskQueue,
    workflowId: `at-${day}-${randomUUID()}`,
    args: [input],
    typedSearchAttributes: new TypedSearchAttributes([
      { key: scheduledStartTime, value: new Date(`${day}T12:00:00Z`) },
    ]),
  });
  return handle as RunHandle;
}

/** The same, and waits for its end. */
export const runAt = async (house: Rivers, day: string, input: object): Promise<RunEnd> =>
  waitForEnd(await startAt(house, day, input));

/** The same, where it must succeed. */
export async function pullAt(house: Rivers, day: string, input: object): Promise<RunResult> {
  const end = await runAt(house, day, input);
  if (end.end !== 'succeeded') throw new Error(`the run did not succeed: ${JSON.stringify(end)}`);
  return end.result;
}
