import { ApplicationFailure, defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BudgetLift, WaitLifted } from '#domain/budget/back-off';
import type { BudgetReport } from '#domain/budget/call-budget';
import type { BudgetAnswer, Reservation } from '#domain/budget/reservation';
import type { SavedBudget } from '#domain/budget/save-budget';
import type { PauseAnswer } from '#domain/run/paused-intervals';
import type { RunProgress } from '#domain/run/progress';

/** How far a run is: counts, open chunks, what it waits for. */
export const progressQuery = defineQuery<RunProgress>('progress');

/** No new calls until the run is resumed. Answered at once, while calls in flight still end. */
export const pauseUpdate = defineUpdate<PauseAnswer>('pause');

/** A paused run continues. */
export const resumeUpdate = defineUpdate<PauseAnswer>('resume');

/** The same two where no worker is running: a signal waits in the history until one is started. */
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');

/** A process asks for permits, reports outcomes, and returns permits that it did not use. Answered at once. */
export const reserveUpdate = defineUpdate<BudgetAnswer, [Reservation]>('reserve');

/** A person ends a back-off: calls continue, within the windows. Answered at once. */
export const liftUpdate = defineUpdate<BudgetLift>('lift');

/** A budget tells a run that a back-off was ended by hand. */
export const waitLiftedSignal = defineSignal<[WaitLifted]>('waitLifted');

/** A connection's windows, waiting calls and back-off. */
export const budgetQuery = defineQuery<BudgetReport>('budget');

/** How long ago the calls were sent that still count, in milliseconds; `river plan` asks for it. */
export const sentQuery = defineQuery<number[]>('sent');

/** A budget's whole state, for its successor where the budget was terminated. */
export const budgetStateQuery = defineQuery<SavedBudget | null>('state');

/**
 * Throws where the input is no reservation: the Web UI's form allows any input, and a wrong one would fail the budget's workflow
 * task again and again, so that no process would get permits any more.
 */
export function checkReservation(request: unknown): void {
  if (isReservation(request)) return;
  throw ApplicationFailure.create({
    type: 'ConfigurationError',
    message:
      'Only workers reserve calls: this input is no reservation. The query `budget` shows the state of a budget.',
    nonRetryable: true,
  });
}

type Fields = Readonly<Record<string, unknown>>;

const isReservation = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.process === 'string' &&
  isNumber(value.sequence) &&
  isList(value.windows, ({ calls, perMs }) => isPositive(calls) && isPositive(perMs)) &&
  (value.windows as unknown[]).length > 0 &&
  isList(value.asks, ({ run, calls }) => typeof run === 'string' && isNumber(calls)) &&
  isNumber(value.room) &&
  isLead(value.leadMs) &&
  isPositive(value.callTimeoutMs) &&
  isList(value.returned, ({ run, at }) => typeof run === 'string' && isNumber(at)) &&
  areOutcomes(value.outcomes);

const areOutcomes = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.answered === 'boolean' &&
  isNumber(value.failed) &&
  (value.retryAfterMs === undefined || isPositive(value.retryAfterMs)) &&
  isList(
    value.throttled,
    ({ sentAgoMs, retryAfterMs }) => isNumber(sentAgoMs) && (retryAfterMs === null || isNumber(retryAfterMs)),
  );

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isNumber = (value: unknown): boolean => Number.isFinite(value);
const isLead = (value: unknown): boolean => isNumber(value) && Number(value) >= 0 && Number(value) <= 10_000;
const isPositive = (value: unknown): boolean => isNumber(value) && Number(value) > 0;
const isList = (value: unknown, fits: (item: Fields) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => isObject(item) && fits(item));
