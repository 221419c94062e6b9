import type { Report } from '../catalogue/report.ts';
import { pruningSlices } from './prune.ts';

/** The slices of every chunk of a report, by name. */
export interface Slices {
  /** Pulled first, one after the other: their rows plan the calls of the next ones and are not loaded. */
  readonly list: readonly string[];
  readonly data: readonly string[];
}

/** RecipientGroupID runs over these. */
export const recipientGroups: readonly number[] = Object.freeze([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

/** What an activity each works through. */
export function slicesOf(report: Report, prune = false): Slices {
  const sliced = report.axes.some(({ over }) => over === 'recipientGroup');
  const discovers = report.axes.some(({ over }) => over === 'campaign');
  return {
    list: discovers ? ['campaigns'] : prune ? pruningSlices(report) : [],
    data: sliced ? recipientGroups.map((group) => `recipient group ${group}`) : ['all'],
  };
}

/** The RecipientGroupID of a data slice. */
export function recipientGroupOf(slice: string): number {
  const group = recipientGroups.find((each) => slice === `recipient group ${each}`);
  if (group === undefined) throw new RangeError(`not the slice of a recipient group: ${slice}`);
  return group;
}
