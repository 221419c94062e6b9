#!/usr/bin/env node
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { Command, CommanderError } from 'commander';
import { addBudget } from './commands/budget.ts';
import { addCancel } from './commands/cancel.ts';
import { addCheck } from './commands/check.ts';
import { addDemo } from './commands/demo.ts';
import { addDev } from './commands/dev.ts';
import { addForget } from './commands/forget.ts';
import { addPause, addResume } from './commands/pause.ts';
import { addPlan } from './commands/plan.ts';
import { addReports } from './commands/reports.ts';
import { addRetry } from './commands/retry.ts';
import { addRun } from './commands/run.ts';
import { addSchedule } from './commands/schedule.ts';
import { addSimulator } from './commands/simulator.ts';
import { addStatus } from './commands/status.ts';
import { addVerify } from './commands/verify.ts';
import { addWorker } from './commands/worker.ts';
import { exitCode } from './exit-code.ts';
import { version } from './version.ts';

/**
 * A host may have addresses that lead nowhere, IPv6 ones first: each has this long before the next is tried, for the API,
 * a proxy and Postgres alike. By default a slow way would count as none.
 */
setDefaultAutoSelectFamilyAttemptTimeout(5_000);

const howToBegin = `
To begin:
  river demo      one river from nothing, in half a minute; needs no configuration
  river dev       the same, staying up with Temporal's Web UI
  river check     once you have a river.yaml (examples/river.yaml is one to copy)

Exit codes: 0 done, 1 the run failed or was cancelled, 2 configuration or usage,
3 a service cannot be reached, 130 interrupted.`;

const program = new Command('river')
  .description(
    "Pulls Optimove's reports into a SQL warehouse: complete, once, on time, within the call budget.",
  )
  .version(version)
  .option('--config <file>', 'the configuration file (default: RIVER_CONFIG, else ./river.yaml)')
  .option('--json', 'print one JSON document on standard output, all else on standard error')
  .configureHelp({ showGlobalOptions: true })
  .addHelpText('after', howToBegin)
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
  addRetry,
  addBudget,
  addStatus,
  addPause,
  addResume,
  addCancel,
  addVerify,
  addForget,
  addSchedule,
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

// What still hangs (a warehouse that takes packets and answers nothing) keeps nobody waiting who has his answer.
setTimeout(() => process.exit(), 2_000).unref();
