import { addDays, clipRanges, type DateRange, type Day, encloseRanges } from '../period/date-range.ts';
import type { River } from '../river/river.ts';
import { rangeText } from './loaded-days.ts';
import type { Warning } from './run-result.ts';

/** Days up to this many before the run's day may not be complete yet. */
const daysInDoubt = 4;

/** How far the data of a run is complete; a run that does not ask has none. */
export interface Freshness {
  /** Whether it is decided which days are pulled: the answer is known, and the run no longer waits. */
  readonly settled: boolean;
  /** The last day that is complete. Null before it is settled. */
  readonly completeUpTo: Day | null;
  /** The days to pull: the period without the days that were complete before. */
  readonly pulls: readonly DateRange[];
  readonly warnings: readonly Warning[];
}

/** Whether GetLastDataUpdate is asked for a run of this last day. */
export const isInDoubt = (last: Day, runDay: Day): boolean => last > lastDayBeyondDoubt(runDay);

/** Days up to this one are complete, whatever GetLastDataUpdate answers. */
export const lastDayBeyondDoubt = (runDay: Day): Day => addDays(runDay, -daysInDoubt);

/** The last complete day. Where the call is refused, only the run's day is in doubt. */
export const completeUpTo = (answer: Day | undefined, runDay: Day): Day => answer ?? addDays(runDay, -1);

/** The warnings of a run of these date ranges about days that are not complete yet. */
export function freshnessWarnings(
  pulls: readonly DateRange[],
  {
    answer,
    refusal,
    runDay,
    river,
    waits,
    waited,
  }: {
    /** Undefined where the call was refused. */
    readonly answer: Day | undefined;
    /** What was answered instead of a day. */
    readonly refusal: string | undefined;
    readonly runDay: Day;
    readonly river: Pick<River, 'waitForData'>;
    /** Whether such days are left for a later run. */
    readonly waits: boolean;
    /** Whether the run has waited for them, in vain. */
    readonly waited: boolean;
  },
): Warning[] {
  const upTo = completeUpTo(answer, runDay);
  const days = encloseRanges(clipRanges(pulls, { from: addDays(upTo, 1) }));
  const why = answer === undefined ? noDayWarning(refusal) : `Optimove's data is complete up to ${answer}`;
  if (!days) {
    const all = encloseRanges(pulls);
    // A server without this call needs no warning; one whose answer is no day does.
    return all && refusal?.startsWith(answeredNoDay)
      ? [{ start: all.start, end: all.end, message: `${why}.` }]
      : [];
  }
  const became = waits ? 'not loaded until complete (load: append)' : 'provisional';
  const after = waited ? `, after ${river.waitForData} of waiting for it` : '';
  return [{ start: days.start, end: days.end, message: `${rangeText(days)}: ${became}; ${why}${after}.` }];
}

const answeredNoDay = 'answered 200';

/** How a refused call is described in the notes of its page. */
export const refusalNote = (status: unknown, said: unknown): string =>
  [`answered ${status}`, ...(said ? [String(said)] : [])].join(': ');

/** For a run that has asked how far the data is complete, and got no day. */
export const noDayWarning = (refusal: string | undefined): string =>
  `Optimove did not say how far its data is complete (GetLastDataUpdate${refusal === undefined ? '' : ` ${refusal}`})`;
