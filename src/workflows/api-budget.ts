import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { liftBackOff, throttledUntil } from '#domain/budget/back-off';
import type { CallBudget } from '#domain/budget/budget-state';
import {
  createCallBudget,
  createFullBudget,
  reportUse,
  reserve,
  sentAgoMs,
} from '#domain/budget/call-budget';
import { countProcesses, countWaitingCalls } from '#domain/budget/demand';
import type { Reservation } from '#domain/budget/reservation';
import { resumeBudget, type SavedBudget, saveBudget } from '#domain/budget/save-budget';
import type { BudgetWindow } from '#domain/budget/window';
import { recallBudget, tellOfLift } from './activities.ts';
import {
  budgetQuery,
  budgetStateQuery,
  checkReservation,
  liftUpdate,
  reserveUpdate,
  sentQuery,
} from './messages.ts';

/** Who asks before the budget is known asks again after this. */
const notReadyMs = 300;

/**
 * Where the process that had the budget in its cache is gone, another works through the history before it answers, and
 * all wait for that. At this length it is well below the time that Temporal gives it, on a busy machine too.
 */
const longHistory = 500;

export interface BudgetStart {
  readonly connection: string;
  readonly windows: readonly BudgetWindow[];
}

/**
 * Keeps one connection's budget, for ever: every process asks it for permits before it calls. Its clock is the
 * workflow's, so no process's clock has a say; the arithmetic is `domain/budget`, and only that.
 */
export async function apiBudget(start: BudgetStart, carried?: SavedBudget): Promise<void> {
  let budget: CallBudget | null = carried ? resumeBudget(carried, Date.now()) : null;
  /** Asked before the budget is known: they are given nothing, but what they tell is taken in. */
  const early: { readonly request: Reservation; readonly now: number }[] = [];

  setHandler(
    reserveUpdate,
    (request) => {
      const now = Date.now();
      if (!budget) {
        early.push({ request: { ...request, room: 0 }, now });
        const nothing = { permits: [], askAgainMs: notReadyMs, nextInMs: [], heldBy: null };
        return { ...nothing, answeredAt: now, windows: [] };
      }
      // As if it came when its answer will be there: a permit that begins before is of no use.
      const granted = reserve(budget, request, now + (request.leadMs ?? 0));
      const processes = countProcesses(budget.waiting, now);
      return { ...granted, answeredAt: now, windows: reportUse(budget, now), processes };
    },
    {
      validator: checkReservation,
      description: 'A worker asks for permits to call, and tells what became of earlier ones.',
    },
  );
  /** Lifts of which runs are still told. */
  let telling = 0;
  const tell = async (at: number): Promise<void> => {
    const lift = { connection: start.connection, at: new Date(at).toISOString() };
    telling += 1;
    try {
      await tellOfLift.executeWithOptions({ summary: start.connection }, [lift]);
    } catch {
      // Runs that have not heard of it ask again by themselves, later.
    } finally {
      telling -= 1;
    }
  };
  setHandler(
    liftUpdate,
    async () => {
      await condition(() => budget !== null);
      const now = Date.now();
      const lift = liftBackOff(budget as CallBudget, start.connection, now);
      void tell(now);
      return lift;
    },
    {
      description:
        'Ends the wait that a 429, or a Retry-After, has asked for: calls go on at once, within the windows. Takes no input.',
    },
  );
  setHandler(budgetStateQuery, () => budget && saveBudget(budget), {
    description: 'All that the budget remembers.',
  });
  setHandler(sentQuery, () => (budget ? sentAgoMs(budget, Date.now()) : []), {
    description: 'How long ago calls were sent that still count, in milliseconds.',
  });
  setHandler(
    budgetQuery,
    () => {
      const now = Date.now();
      const until = budget && throttledUntil(budget, now);
      return {
        connection: start.connection,
        windows: budget ? reportUse(budget, now) : [],
        waiting: budget ? countWaitingCalls(budget.waiting, now) : 0,
        throttledUntil: until === null ? null : new Date(until).toISOString(),
      };
    },
    { description: 'Each window, used and free; how many calls wait; until when the API holds them back.' },
  );
  setCurrentDetails(
    `Keeps the call budget of connection **${start.connection}**. The query \`budget\` shows how it stands; the update \`lift\` ends a wait that the API has asked for.`,
  );

  budget ??= await begin(start);
  for (const { request, now } of early.splice(0)) reserve(budget, request, now);
  await condition(() => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > longHistory);
  await condition(() => allHandlersFinished() && telling === 0);
  await continueAsNew<typeof apiBudget>(start, saveBudget(budget));
}

/** Somebody may have terminated the budget that was here before: what it remembered still counts at the API. */
async function begin({ connection, windows }: BudgetStart): Promise<CallBudget> {
  const before = await recallBudget.executeWithOptions({ summary: connection }, []);
  switch (before.found) {
    case 'nothing':
      return createCallBudget(windows);
    case 'budget':
      return resumeBudget(before.budget, Date.now());
    case 'unreadable':
      return createFullBudget(windows, Date.now());
  }
}
