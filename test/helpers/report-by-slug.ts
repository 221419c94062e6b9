import { findReport } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';

/** The report of this name; a name that no report has is a mistake of the test. */
export function reportBySlug(slug: string): Report {
  const report = findReport(slug);
  if (!report) throw new RangeError(`no report ${slug}`);
  return report;
}
