import { Command, CommanderError } from 'commander';
import { readExitCode } from './context.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { version } from './this-package.ts';

type Add = (program: Command) => void;

/** The commands in the order of the help. Only the one that is called is loaded: loading all of them takes most of a second. */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  dev: async () => (await import('./commands/dev.ts')).addDev,
  worker: async () => (await import('./commands/worker.ts')).addWorker,
  check: async () => (await import('./commands/check.ts')).addCheck,
  reports: async () => (await import('./commands/reports.ts')).addReports,
  plan: async () => (await import('./commands/plan.ts')).addPlan,
  run: async () => (await import('./commands/run.ts')).addRun,
  retry: async () => (await import('./commands/retry.ts')).addRetry,
  budget: async () => (await import('./commands/budget.ts')).addBudget,
  status: async () => (await import('./commands/status.ts')).addStatus,
  pause: async () => (await import('./commands/pause.ts')).addPause,
  resume: async () => (await import('./commands/pause.ts')).addResume,
  cancel: async () => (await import('./commands/cancel.ts')).addCancel,
  verify: async () => (await import('./commands/verify.ts')).addVerify,
  forget: async () => (await import('./commands/forget.ts')).addForget,
  adopt: async () => (await import('./commands/adopt.ts')).addAdopt,
  schedule: async () => (await import('./commands/schedule.ts')).addSchedule,
  simulator: async () => (await import('./commands/simulator.ts')).addSimulator,
  demo: async () => (await import('./commands/demo.ts')).addDemo,
};

const howToBegin = `
To begin:
  river demo      run one river from nothing, in half a minute; needs no configuration
  river dev       the same, and keep it running with Temporal's Web UI
  river check     test a river.yaml of your own (copy examples/river.yaml to begin)

Exit codes: 0 done, 1 the run failed or was cancelled, 2 configuration or usage,
3 a service cannot be reached, 130 interrupted.`;

/** Runs `river` with these arguments and returns its exit code. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  const program = new Command('river')
    .description(
      "Pulls Optimove's reports into a SQL warehouse: complete, once, on time, within the call budget.",
    )
    .version(version)
    .option('--config <file>', 'the configuration file (default: RIVER_CONFIG, else ./river.yaml)')
    .option('--json', 'print one JSON document on standard output, everything else on standard error')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', howToBegin)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('(river <command> --help shows the arguments of a command)');
  // If the first word is not a command, the help, a suggestion or a global option may concern any of them.
  const named = commands[args[0] ?? ''];
  const adds = await Promise.all((named ? [named] : Object.values(commands)).map((load) => load()));
  for (const add of adds) add(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return readExitCode(program);
  } catch (error) {
    // Commander has already printed the error or the help.
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  }
}
