import type { Day } from '../period/date-range.ts';

/** A word as a shell takes it, whatever is in it. */
export const quoteForShell = (text: string): string =>
  /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Loads days again; `anew` puts them in the place of what is there, also where the river appends. */
export function runCommand(
  river: string,
  days: { readonly start: Day | null; readonly end: Day | null },
  anew: boolean,
): string {
  const period = days.start === null ? '' : ` --start ${days.start} --end ${days.end}`;
  return `river run ${quoteForShell(river)}${period}${anew ? ' --load replace' : ''}`;
}

/** Makes rows of something else a river's; without days, the rows of a report that has none. */
export const adoptCommand = (
  river: string,
  days: { readonly start: Day; readonly end: Day } | null,
): string => `river adopt ${quoteForShell(river)}${days ? ` --start ${days.start} --end ${days.end}` : ''}`;

export const retryCommand = (workflowId: string): string => `river retry ${quoteForShell(workflowId)}`;

export const statusCommand = (workflowId: string): string => `river status ${quoteForShell(workflowId)}`;
