import { ApplicationFailure, defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BudgetLift, WaitLifted } from '#domain/budget/back-off';
import type { BudgetReport } from '#domain/budget/call-budget';
import type { BudgetAnswer, Reservation } from '#domain/budget/reservation';
import type { SavedBudget } from '#domain/budget/save-budget';
import type { PauseAnswer } from '#domain/run/pause';
import type { RunProgress } from '#domain/run/progress';

/** How far a run is: counts, open chunks, what it waits for. */
export const progressQuery = defineQuery<RunProgress>('progress');

/** No new calls until the run is resumed. Answered at once, while calls in flight still end. */
export const pauseUpdate = defineUpdate<PauseAnswer>('pause');

/** A paused run goes on. */
export const resumeUpdate = defineUpdate<PauseAnswer>('resume');

/** The same two where no worker is there to answer: a signal waits in the history until one comes. */
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');

/** A process asks for permits, tells what it has learned, and gives back what it could not use. Answered at once. */
export const reserveUpdate = defineUpdate<BudgetAnswer, [Reservation]>('reserve');

/** A person ends what the API has asked for: calls go on, within the windows. Answered at once. */
export const liftUpdate = defineUpdate<BudgetLift>('lift');

/** A run hears from a budget that a wait was ended by hand. */
export const waitLiftedSignal = defineSignal<[WaitLifted]>('waitLifted');

/** How a connection's budget stands. */
export const budgetQuery = defineQuery<BudgetReport>('budget');

/** How long ago calls were sent that still count, in milliseconds, for planning what comes next. */
export const sentQuery = defineQuery<number[]>('sent');

/** All that a budget remembers, for the one that comes after it where somebody has terminated it. */
export const budgetStateQuery = defineQuery<SavedBudget | null>('state');

/**
 * Throws where somebody sends what is no reservation, as the Web UI's form allows: worked on, it would fail the
 * budget's task, and the same task again and again, and nobody would be given permits any more.
 */
export function checkReservation(request: unknown): void {
  if (isReservation(request)) return;
  throw ApplicationFailure.create({
    type: 'ConfigurationError',
    message:
      'Only workers reserve calls: what came is no reservation. To see how a budget stands, ask the query `budget`.',
    nonRetryable: true,
  });
}

type Fields = Readonly<Record<string, unknown>>;

const isReservation = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.process === 'string' &&
  (value.sequence === undefined || isNumber(value.sequence)) &&
  isListOf(value.windows, ({ calls, perMs }) => isPositive(calls) && isPositive(perMs)) &&
  (value.windows as unknown[]).length > 0 &&
  isListOf(value.asks, ({ run, calls }) => typeof run === 'string' && isNumber(calls)) &&
  isNumber(value.room) &&
  (value.leadMs === undefined || isLead(value.leadMs)) &&
  (value.callTimeoutMs === undefined || isPositive(value.callTimeoutMs)) &&
  isListOf(value.returned, ({ run, at }) => typeof run === 'string' && isNumber(at)) &&
  isNews(value.news);

const isNews = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.answered === 'boolean' &&
  isNumber(value.failed) &&
  (value.unavailableForMs === undefined || isPositive(value.unavailableForMs)) &&
  isListOf(
    value.throttled,
    ({ sentAgoMs, retryAfterMs }) => isNumber(sentAgoMs) && (retryAfterMs === null || isNumber(retryAfterMs)),
  );

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isNumber = (value: unknown): boolean => Number.isFinite(value);
const isLead = (value: unknown): boolean => isNumber(value) && Number(value) >= 0 && Number(value) <= 10_000;
const isPositive = (value: unknown): boolean => isNumber(value) && Number(value) > 0;
const isListOf = (value: unknown, fits: (item: Fields) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => isObject(item) && fits(item));
