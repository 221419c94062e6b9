import type { Selection } from '#domain/call/selection';
import type { Report } from '#domain/catalogue/report';
import { clipRanges, type Day, toDateRanges } from '#domain/period/date-range';
import { resolvePeriod } from '#domain/period/resolve-period';
import type { River } from '#domain/river/river';
import { type LoadedDays, rangeText, warnOfDaysLoadedOtherwise } from '#domain/run/loaded-days';
import type { PlannedDays } from '#domain/run/plan-run';
import { runCommand } from '#domain/verify/repair-command';

/** A plan as far as it is made. */
export interface PlanSoFar {
  readonly river: River;
  readonly report: Report;
  readonly day: Day;
  readonly days: PlannedDays;
  /** Left out where the river is not tracked. */
  readonly loadedDays?: LoadedDays | undefined;
  readonly calls: { readonly list: number | null; readonly data: number | null };
  /** Left out where the filters are not resolved. */
  readonly selection?: Selection;
  /** Why the API was not called, where it was not; begins a sentence. */
  readonly whyNotAsked?: string;
  /** Rivers with a run under way whose calls are not known. */
  readonly riversUnknown: readonly string[];
}

/** What the plan leaves out or could not find out, and why. */
export const planWarnings = (plan: PlanSoFar): string[] => [
  ...trackingWarnings(plan),
  ...unknownCalls(plan),
  ...unknownRivers(plan.riversUnknown),
];

function trackingWarnings({ river, day, days, loadedDays }: PlanSoFar): string[] {
  if (!loadedDays || !river.period) return [];
  const { start, end } = resolvePeriod(river.period, day);
  const forgotten = clipRanges(toDateRanges(loadedDays.forgotten), { from: start, to: end });
  const otherwise = warnOfDaysLoadedOtherwise(loadedDays, river);
  return [
    ...(days.period === null
      ? [
          `Every day${forgotten.length > 0 ? ' that is not forgotten' : ''} is loaded and complete: there is nothing to pull.`,
        ]
      : []),
    ...forgotten.map(
      (range) =>
        `${rangeText(range)}: forgotten, and left out; \`${runCommand(river.name, range, false)}\` loads ${range.start === range.end ? 'it' : 'them'} again.`,
    ),
    ...(days.leavesIncomplete && days.period !== null
      ? ['Days that are not complete yet are left for a later run (load: append); only the run asks which.']
      : []),
    ...(otherwise === undefined ? [] : [`${otherwise}.`]),
  ];
}

function unknownCalls({ river, report, calls, selection, whyNotAsked }: PlanSoFar): string[] {
  const unknown: string[] = [];
  if (whyNotAsked !== undefined) {
    const lists = selection || calls.data === 0 ? '' : ", and what depends on the API's lists is not known";
    unknown.push(`${whyNotAsked}, so the API was not called: the budget counts as unused${lists}.`);
  }
  if (river.prune) {
    unknown.push("How many calls prune leaves out depends on each day's lists, which only the run asks for.");
  } else if (selection && calls.data === null && report.time === 'campaigns') {
    unknown.push(
      'The number of data calls depends on the campaigns of each day, which only the run asks for.',
    );
  }
  return unknown;
}

function unknownRivers(rivers: readonly string[]): string[] {
  if (rivers.length === 0) return [];
  const names = [...new Set(rivers)].join(', ');
  return [
    `How many calls a run of ${names} under way still has to make is not known; the plan leaves these calls out.`,
  ];
}
