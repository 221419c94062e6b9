import type { Client } from '@temporalio/client';
import type { RunProgress } from '#domain/run/progress';
import { progressOf } from './progress-of.ts';

/** What the runs that are under way on a connection still have to call. */
export interface CallsAhead {
  /** Of each run that knows it. */
  readonly remaining: readonly number[];
  /** The rivers of those that don't: campaigns decide, or nothing is known yet. */
  readonly unknown: readonly string[];
}

/** More of them than this are not asked. */
const askedAtMost = 100;
export const runsUnderWay = "WorkflowType = 'riverRun' AND ExecutionStatus = 'Running'";

/** Asks the runs that are under way. `isOn` says of a river whether it calls the connection. */
export async function callsAhead(client: Client, isOn: (river: string) => boolean): Promise<CallsAhead> {
  const progresses: Promise<RunProgress | undefined>[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: runsUnderWay })) {
    if (progresses.length === askedAtMost) break;
    progresses.push(progressOf(client, workflowId, runId));
  }
  const known = (await Promise.all(progresses)).filter((progress) => progress && isOn(progress.river));
  const remaining: number[] = [];
  const unknown: string[] = [];
  for (const progress of known) {
    if (!progress) continue;
    if (progress.plannedCalls === null) unknown.push(progress.river);
    else remaining.push(Math.max(0, progress.plannedCalls - progress.calls));
  }
  return { remaining, unknown };
}
