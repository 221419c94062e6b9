import type { Client } from '@temporalio/client';

/** The histories of a workflow, from its first execution through all that it went on in. */
export interface Histories {
  /** How often it continued as new. */
  readonly continued: number;
  /** Of the longest. */
  readonly events: number;
  /** The largest single payload, in bytes. */
  readonly payload: number;
  /** All payloads of one event together, in bytes. */
  readonly event: number;
  /** Of the largest history, in bytes, as the server counts them. */
  readonly size: number;
}

const none: Histories = { continued: 0, events: 0, payload: 0, event: 0, size: 0 };

export async function readHistories(client: Client, workflowId: string): Promise<Histories> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  let runId = raw.workflowExecutionInfo?.firstRunId ?? undefined;
  let found = none;
  for (let continued = 0; runId; continued += 1) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const { events } = await handle.fetchHistory();
    const { historySize } = await handle.describe();
    const sizes = (events ?? []).map(payloadsIn);
    found = {
      continued,
      events: Math.max(found.events, sizes.length),
      payload: sizes.flat().reduce((most, bytes) => Math.max(most, bytes), found.payload),
      event: sizes.reduce((most, each) => Math.max(most, sum(each)), found.event),
      size: Math.max(found.size, historySize ?? 0),
    };
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return found;
}

/** The sizes of all payloads within a message, however deep. */
function payloadsIn(message: unknown): number[] {
  if (typeof message !== 'object' || message === null) return [];
  if ('data' in message && message.data instanceof Uint8Array) return [message.data.length];
  if (message instanceof Uint8Array) return [];
  return Object.values(message).flatMap(payloadsIn);
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, bytes) => total + bytes, 0);
