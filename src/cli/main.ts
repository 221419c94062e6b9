#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addBudget } from './commands/budget.ts';
import { addCheck } from './commands/check.ts';
import { addDemo } from './commands/demo.ts';
import { addDev } from './commands/dev.ts';
import { addPlan } from './commands/plan.ts';
import { addReports } from './commands/reports.ts';
import { addRun } from './commands/run.ts';
import { addSimulator } from './commands/simulator.ts';
import { addStatus } from './commands/status.ts';
import { addWorker } from './commands/worker.ts';
import { exitCode } from './exit-code.ts';
import { version } from './version.ts';

const program = new Command('river')
  .description(
    "Pulls Optimove's reports into a SQL warehouse: complete, once, on time, within the call budget.",
  )
  .version(version)
  .option('--config <file>', 'the configuration file (default: RIVER_CONFIG, else ./river.yaml)')
  .option('--json', 'one JSON document on standard output, everything else on standard error')
  .exitOverride()
  .showSuggestionAfterError()
  .showHelpAfterError('(river <command> --help says what a command takes)');

for (const add of [
  addDev,
  addWorker,
  addCheck,
  addReports,
  addPlan,
  addRun,
  addBudget,
  addStatus,
  addSimulator,
  addDemo,
])
  add(program);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what was wrong with the arguments, or shown its help.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.usage;
}
