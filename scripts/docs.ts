/** Writes the pages of docs/ that are generated from the code; with `--check` it only says which of them are out of date. */
import { readFile, writeFile } from 'node:fs/promises';
import { reports } from '#domain/catalogue/index';
import { faultGuides } from '#simulator/faults/fault-kinds';
import { renderAnswersPage } from './docs/answers-page.ts';
import { renderReportsPage } from './docs/reports-page.ts';
import { renderSimulatorPage } from './docs/simulator-page.ts';
import { renderStatesPage } from './docs/states-page.ts';

const pages: Readonly<Record<string, string>> = {
  'answers.md': renderAnswersPage(),
  'reports.md': renderReportsPage(reports),
  'simulator.md': renderSimulatorPage(faultGuides),
  'states.md': renderStatesPage(),
};

for (const [name, text] of Object.entries(pages)) {
  const page = new URL(`../docs/${name}`, import.meta.url);
  if (!process.argv.includes('--check')) {
    await writeFile(page, text);
  } else if ((await readFile(page, 'utf8').catch(() => '')) !== text) {
    console.error(`docs/${name} is not what the code says: run \`npm run docs\` and commit the page.`);
    process.exitCode = 1;
  }
}
