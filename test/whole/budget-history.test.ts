import { expect, it } from 'vitest';
import { createSharedLimiter } from '#budget/limiter';
import { createReserve } from '#control/shared-budget';
import type { CallBudget } from '#domain/budget/budget-state';
import { budgetWorkflowId } from '#domain/budget/call-budget';
import type { BudgetAnswer, Permit, Reservation } from '#domain/budget/reservation';
import { aReservation } from '../helpers/a-reservation.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';

/** The hour remembers every call of the test. */
const windows = [
  { calls: 5_000, perMs: 3_600_000 },
  { calls: 40, perMs: 2_000 },
];
const never = new AbortController().signal;

it('a budget that continues as new again and again loses nothing of what limiters ask and tell meanwhile', () =>
  withRivers({ rivers: {}, temporal: { 'limit.historyCount.suggestContinueAsNew': '40' } }, async (house) => {
    const given: Permit[] = [];
    const returned: number[] = [];
    const reserve = await reserveIn(house);
    const limiters = [1, 2, 3, 4, 5].map((which) =>
      createSharedLimiter({
        maxConcurrentCalls: 3,
        maxWaitMs: 120_000,
        async reserve(request) {
          returned.push(...request.returned.map(({ at }) => at));
          const answer = await reserve({
            ...request,
            process: `process ${which}`,
            windows,
            callTimeoutMs: 60_000,
          });
          given.push(...answer.permits);
          return answer;
        },
      }),
    );
    let begun = 0;
    let sent = 0;
    await Promise.all(
      limiters.flatMap((limiter, run) =>
        [1, 2, 3].map(async () => {
          while (begun < 200) {
            begun += 1;
            const which = begun;
            const end = await limiter.acquire(never, `run ${run}`);
            if (which % 7 === 0) end({ kind: 'unsent' });
            else {
              sent += 1;
              end(which === 90 ? { kind: 'throttled', retryAfterMs: 1_500 } : { kind: 'answered' });
            }
          }
        }),
      ),
    );
    await Promise.all(limiters.map((limiter) => limiter.close()));

    const budget = await stateOf(house);
    const booked = [...(budget.windows.windows[0]?.instants ?? [])].sort((a, b) => a - b);
    const kept = given.map(({ at }) => at);
    for (const at of returned) kept.splice(kept.indexOf(at), 1);
    expect(booked).toEqual(kept.sort((a, b) => a - b));
    expect(booked).toHaveLength(sent);

    const histories = await historiesOf(house);
    expect(histories.length).toBeGreaterThan(5);
    for (const [at, { runId }] of histories.slice(0, -1).entries()) {
      // What one leaves, throttles and all, is what the next begins with.
      expect(histories[at + 1]?.carried).toEqual(await stateOf(house, runId));
    }
    const throttledIn = histories.filter(({ carried }) => (carried?.throttle.at ?? null) !== null);
    expect(throttledIn.length).toBeGreaterThan(1);
  }));

/** Asks as workers do, but waits for the answer as long as it takes: an answer that nobody hears is a permit that nobody uses. */
async function reserveIn({ temporal: { client } }: Rivers) {
  await createReserve(client, 'main')(aReservation({ process: 'test', windows, room: 0 }));
  const handle = client.workflow.getHandle(budgetWorkflowId('main'));
  return (request: Reservation) =>
    handle.executeUpdate<BudgetAnswer, [Reservation]>('reserve', { args: [request] });
}

const stateOf = ({ temporal: { client } }: Rivers, runId?: string): Promise<CallBudget> =>
  client.workflow.getHandle(budgetWorkflowId('main'), runId).query<CallBudget, []>('state');

/** Each execution in turn, with the state that it was begun with. */
async function historiesOf({ temporal: { client } }: Rivers) {
  const { raw } = await client.workflow.getHandle(budgetWorkflowId('main')).describe();
  const found: { readonly runId: string; readonly carried: CallBudget | undefined }[] = [];
  let runId = raw.workflowExecutionInfo?.firstRunId;
  while (runId) {
    const { events } = await client.workflow.getHandle(budgetWorkflowId('main'), runId).fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[1]?.data;
    const carried = input ? (JSON.parse(Buffer.from(input).toString()) as CallBudget) : undefined;
    found.push({ runId, carried });
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return found;
}
