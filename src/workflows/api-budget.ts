import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { backOffUntil, liftBackOff } from '#domain/budget/back-off';
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

/** A process that asks before the budget's state is known asks again after this time. */
const notReadyMs = 300;

/**
 * When the process that had the budget in its cache has ended, another one replays the history before it answers, and every
 * process waits for that. At this length the replay takes much less than the timeout of a task, on a busy machine too.
 */
const longHistory = 500;

export interface BudgetStart {
  readonly connection: string;
  readonly windows: readonly BudgetWindow[];
}

/**
 * Keeps one connection's budget, for ever: every process asks it for permits before it sends calls. It uses the workflow's
 * clock and no process's; the arithmetic is in `domain/budget` alone.
 */
export async function apiBudget(start: BudgetStart, carried?: SavedBudget): Promise<void> {
  let budget: CallBudget | null = carried ? resumeBudget(carried, Date.now()) : null;
  /** Requests from before the budget's state is known: they get no permits, but their outcomes are applied later. */
  const early: { readonly request: Reservation; readonly now: number }[] = [];

  setHandler(
    reserveUpdate,
    (request) => {
      const now = Date.now();
      if (!budget) {
        early.push({ request: { ...request, room: 0 }, now });
        const nothing = { permits: [], askAgainMs: notReadyMs, nextInMs: [], heldBy: null };
        return { ...nothing, answeredAt: now, windows: [], processes: 1 };
      }
      // Granted as of the time when the answer will arrive: a permit that begins earlier would be useless.
      const granted = reserve(budget, request, now + request.leadMs);
      const processes = countProcesses(budget.waiting, now);
      return { ...granted, answeredAt: now, windows: reportUse(budget, now), processes };
    },
    {
      validator: checkReservation,
      description: 'A worker asks for permits to send calls, and reports the outcomes of earlier ones.',
    },
  );
  /** Lifts that are still being sent to the runs. */
  let lifting = 0;
  const tellRuns = async (at: number): Promise<void> => {
    const lift = { connection: start.connection, at: new Date(at).toISOString() };
    lifting += 1;
    try {
      await tellOfLift.executeWithOptions({ summary: start.connection }, [lift]);
    } catch {
      // Runs that were not told ask again by themselves, later.
    } finally {
      lifting -= 1;
    }
  };
  setHandler(
    liftUpdate,
    async () => {
      await condition(() => budget !== null);
      const now = Date.now();
      const lift = liftBackOff(budget as CallBudget, start.connection, now);
      void tellRuns(now);
      return lift;
    },
    {
      description:
        'Ends the back-off after a 429 or a Retry-After: calls continue at once, within the windows. Takes no input.',
    },
  );
  setHandler(budgetStateQuery, () => budget && saveBudget(budget), {
    description: 'The whole state of the budget.',
  });
  setHandler(sentQuery, () => (budget ? sentAgoMs(budget, Date.now()) : []), {
    description: 'How long ago the calls were sent that still count, in milliseconds.',
  });
  setHandler(
    budgetQuery,
    () => {
      const now = Date.now();
      const until = budget && backOffUntil(budget, now);
      return {
        connection: start.connection,
        windows: budget ? reportUse(budget, now) : [],
        waiting: budget ? countWaitingCalls(budget.waiting, now) : 0,
        throttledUntil: until === null ? null : new Date(until).toISOString(),
      };
    },
    { description: 'Each window, used and free; how many calls wait; until when a back-off lasts.' },
  );
  setCurrentDetails(
    `Keeps the call budget of connection **${start.connection}**. The query \`budget\` shows its state; the update \`lift\` ends a back-off.`,
  );

  budget ??= await recallOrCreate(start);
  for (const { request, now } of early.splice(0)) reserve(budget, request, now);
  await condition(() => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > longHistory);
  await condition(() => allHandlersFinished() && lifting === 0);
  await continueAsNew<typeof apiBudget>(start, saveBudget(budget));
}

/** An earlier budget of the connection may have been terminated: its calls still count at the API. */
async function recallOrCreate({ connection, windows }: BudgetStart): Promise<CallBudget> {
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
