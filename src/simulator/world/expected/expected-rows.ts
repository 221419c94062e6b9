import { expectedOfCustomers } from './customers.ts';
import { expectedOfGroupsAndActions } from './groups-and-actions.ts';
import type { Expected } from './wanted.ts';

/**
 * All rows that a complete pull of a report brings, worked out without a call. A row has the answer's keys, and
 * before them what its call asked for: `Date`, `ActionID` …; `EndDate` for the day asked of report 8, `FoundOn`
 * for the day that lists a campaign, `DataDate` for the day of the last data update.
 */
export const expectedRows = { ...expectedOfCustomers, ...expectedOfGroupsAndActions } satisfies Record<
  string,
  Expected
>;

/** The reports by name. */
export type Slug = keyof typeof expectedRows;
