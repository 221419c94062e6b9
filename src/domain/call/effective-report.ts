import { reportOfEndpoint } from '../catalogue/index.ts';
import type { Report } from '../catalogue/report.ts';
import type { Overrides } from '../river/overrides.ts';

/**
 * A report as a river calls it. An endpoint that is overridden with another report's is called as that report
 * is: its axes, filters, parameters, columns and key; number, slug and title stay the river's report's.
 * `overrides.parameters` act where calls are planned, `overrides.columns` where columns are made.
 */
export function effectiveReport(report: Report, overrides: Overrides | undefined): Report {
  const called = calledAs(report, overrides?.endpoint);
  const { pages = called.pages } = overrides ?? {};
  return pages === called.pages ? called : { ...called, pages };
}

function calledAs(report: Report, overridden: string | undefined): Report {
  if (overridden === undefined) return report;
  const endpoint = overridden.replace(/^\/+/, '');
  const other = reportOfEndpoint(endpoint);
  if (!other) return { ...report, endpoint };
  if (other === report) return report;
  return { ...other, number: report.number, slug: report.slug, title: report.title };
}
