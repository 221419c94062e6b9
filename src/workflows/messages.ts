import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
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
