import { reports } from '../catalogue/index.ts';
import type { Report } from '../catalogue/report.ts';
import { gotInstead } from './closest.ts';
import type { Problem } from './problem.ts';
import type { RiverPart } from './river.ts';
import type { Show } from './show.ts';

/** What a river asks of its report that the report does not have, but for filters. Paths begin at the river. */
export function checkReport(river: RiverPart, report: Report): Problem[] {
  return [...checkTime(river, report), ...checkOptions(river, report)];
}

/** A report that is not in the catalogue. */
export function unknownReport(slug: string, show: Show): Problem {
  const slugs = reports.map((report) => report.slug);
  const path = ['report'];
  return { path, message: `expected one of ${slugs.join(', ')}, ${gotInstead(path, slug, slugs, show)}` };
}

function checkTime({ period, chunks }: RiverPart, report: Report): Problem[] {
  if (report.time === 'none') {
    const message = `the report ${report.slug} has no period: leave it out`;
    return (['period', 'chunks'] as const)
      .filter((key) => (key === 'period' ? period : chunks) !== undefined)
      .map((key) => ({ path: [key], message }));
  }
  if (period !== undefined) return [];
  return [
    {
      path: ['period'],
      message: `missing, the report ${report.slug} needs one, such as { start: 2026-01-01 } or { predefined: yesterday }`,
      missing: true,
    },
  ];
}

function checkOptions({ includeControlGroup, prune }: RiverPart, report: Report): Problem[] {
  return [
    ...(includeControlGroup === true && !report.controlGroup
      ? [belongsTo('includeControlGroup', report, (other) => other.controlGroup)]
      : []),
    ...(prune === true && !isPrunable(report) ? [belongsTo('prune', report, isPrunable)] : []),
  ];
}

/** What can be pruned are calls for actions or target groups that a day's lists do not name. */
function isPrunable(report: Report): boolean {
  return report.axes.some(({ over }) => over === 'actions' || over === 'targetGroups');
}

function belongsTo(key: string, report: Report, has: (report: Report) => boolean): Problem {
  const slugs = reports.filter(has).map((other) => other.slug);
  return { path: [key], message: `belongs to ${slugs.join(', ')}, not to ${report.slug}` };
}
