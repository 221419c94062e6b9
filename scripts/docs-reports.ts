/** Writes docs/reports.md from the catalogue; with `--check` it only says whether the page is as the catalogue says. */
import { readFile, writeFile } from 'node:fs/promises';
import { reports } from '../src/domain/catalogue/index.ts';
import { pageOfReports } from './docs-reports/page-of-reports.ts';

const page = new URL('../docs/reports.md', import.meta.url);

const text = pageOfReports(reports);
if (!process.argv.includes('--check')) {
  await writeFile(page, text);
} else if ((await readFile(page, 'utf8').catch(() => '')) !== text) {
  console.error(
    'docs/reports.md is not what the catalogue says: run `npm run docs:reports` and commit the page.',
  );
  process.exitCode = 1;
}
