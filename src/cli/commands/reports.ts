import type { Command } from 'commander';
import { findReport, reports } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import { ConfigurationError } from '#domain/errors';
import { didYouMean } from '#domain/river/closest';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { table } from '../terminal.ts';

export function addReports(program: Command): void {
  program
    .command('reports')
    .description('List the 27 reports, or show one with its filters, columns and key')
    .summary('the 27 reports; one with filters and columns')
    .argument('[name]', 'a report, such as customers-by-action')
    .addHelpText(
      'after',
      examples(
        ['List the reports', 'river reports'],
        ['See the filters, columns and key of one', 'river reports customers-by-action'],
      ),
    )
    .action(action(show));
}

async function show({ terminal }: CommandContext, name: string | undefined): Promise<ExitCode> {
  if (name === undefined) {
    terminal.answer({ json: reports.map(toJson), text: showReports(reports) });
    return exitCode.done;
  }
  const report = findReport(name);
  if (!report)
    throw new ConfigurationError(
      `There is no report "${name}"${didYouMean(name, slugs) || '.'} \`river reports\` lists all ${slugs.length}.`,
    );
  terminal.answer({ json: toJson(report), text: showReport(report) });
  return exitCode.done;
}

const slugs = reports.map(({ slug }) => slug);

const toJson = ({ number, slug, title, endpoint, time, filters, pages, columns, key }: Report) => ({
  number,
  slug,
  title,
  endpoint,
  time,
  filters,
  pages,
  columns: columns.map(({ name, type, from }) => ({ name, type, from })),
  key,
});

const showReports = (all: readonly Report[]): string =>
  table(
    ['#', 'report', 'time', 'shows'],
    all.map(({ number, slug, time, purpose }) => [number, slug, time, purpose]),
  );

const showReport = (report: Report): string =>
  [
    `${report.number}. ${report.title} (${report.slug})`,
    report.purpose,
    `GET ${report.endpoint}${report.pages ? ', page by page' : ''}`,
    `Time: ${report.time}`,
    `Filters: ${report.filters.join(', ') || 'none'}`,
    `Key: ${report.key.join(', ')}${report.keyIsUnique ? '' : ' (not unique)'}`,
    ...(report.notes ? [report.notes] : []),
    '',
    table(
      ['column', 'type', 'from'],
      report.columns.map(({ name, type, from, source }) => [name, type, `${from} ${source}`]),
    ),
  ].join('\n');
