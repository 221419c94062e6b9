import { Command, CommanderError } from 'commander';
import { readExitCode } from './context.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { explainUsage, helpOnOneScreen, namesUnknown } from './help.ts';
import { version } from './this-package.ts';

type Add = (program: Command) => void;

/**
 * The commands by what they are for, in the order of the help: one line for each. Only the one that is called is loaded; for the
 * help and for a mistyped word all are, so a command imports what takes long to load where it needs it.
 */
const groups: Readonly<Record<string, Readonly<Record<string, () => Promise<Add>>>>> = {
  Try: {
    demo: async () => (await import('./commands/demo.ts')).addDemo,
    dev: async () => (await import('./commands/dev.ts')).addDev,
    simulator: async () => (await import('./commands/simulator.ts')).addSimulator,
  },
  'Set up': {
    init: async () => (await import('./commands/init.ts')).addInit,
    check: async () => (await import('./commands/check.ts')).addCheck,
    reports: async () => (await import('./commands/reports.ts')).addReports,
    preview: async () => (await import('./commands/preview.ts')).addPreview,
    plan: async () => (await import('./commands/plan.ts')).addPlan,
    dbt: async () => (await import('./commands/dbt.ts')).addDbt,
    completion: async () => {
      const { addCompletion } = await import('./commands/completion.ts');
      return (program) => addCompletion(program, buildProgram);
    },
  },
  Run: {
    run: async () => (await import('./commands/run.ts')).addRun,
    status: async () => (await import('./commands/status.ts')).addStatus,
    pause: async () => (await import('./commands/pause.ts')).addPause,
    resume: async () => (await import('./commands/pause.ts')).addResume,
    cancel: async () => (await import('./commands/cancel.ts')).addCancel,
  },
  Repair: {
    retry: async () => (await import('./commands/retry.ts')).addRetry,
    verify: async () => (await import('./commands/verify.ts')).addVerify,
    forget: async () => (await import('./commands/forget.ts')).addForget,
    adopt: async () => (await import('./commands/adopt.ts')).addAdopt,
  },
  Operate: {
    worker: async () => (await import('./commands/worker.ts')).addWorker,
    schedule: async () => (await import('./commands/schedule.ts')).addSchedule,
    budget: async () => (await import('./commands/budget.ts')).addBudget,
    dashboard: async () => (await import('./commands/dashboard.ts')).addDashboard,
  },
};

/** Adds the command that is named, or all of them: the help, a suggestion or a global option may concern any. */
async function addCommands(program: Command, name: string | undefined): Promise<void> {
  const all = Object.entries(groups).flatMap(([heading, commands]) =>
    Object.entries(commands).map(([command, load]) => ({ heading, command, load })),
  );
  const named = all.filter(({ command }) => command === name);
  const wanted = named.length === 0 ? all : named;
  const adds = await Promise.all(wanted.map(({ load }) => load()));
  for (const [at, { heading }] of wanted.entries()) {
    program.commandsGroup(heading);
    adds[at]?.(program);
  }
}

const howToBegin = `
Begin with \`river demo\`, then \`river init\`. Each command has --help.
Exit codes: 0 done, 1 the run failed or was cancelled, 2 configuration or usage,
3 a service cannot be reached, 130 interrupted.`;

/** The command line with the command that is named, or with all of them. */
export async function buildProgram(args: readonly string[] = []): Promise<Command> {
  const program = new Command('river')
    .description(
      "Pulls Optimove's reports into a SQL warehouse: complete, once, on time, within the call budget.",
    )
    .version(version)
    .option('--config <file>', 'configuration file (default: RIVER_CONFIG, ./river.yaml)')
    .option('--json', 'answer with one JSON document on standard output')
    .option('--quiet', 'print the answer and errors, nothing else')
    .option('--verbose', 'print more: the file that is read, the causes of errors')
    .configureHelp(helpOnOneScreen(Object.keys(groups)))
    .addHelpText('after', howToBegin)
    .configureOutput({ outputError: (error, write) => write(explainUsage(error, program, args)) })
    .exitOverride()
    .showSuggestionAfterError();
  await addCommands(program, args[0]);
  return program;
}

/** Runs `river` with these arguments and returns its exit code. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  // `river help schedule apply` is `river schedule apply --help`; commander's own would stop at `schedule`.
  const asked = args[0] === 'help' && args.length > 1 ? [...args.slice(1), '--help'] : args;
  const program = await buildProgram(asked);
  // Commander would answer with the help of all, as if nothing were mistyped.
  const words = namesUnknown(program, asked) ? asked.filter((word) => !/^(-h|--help)$/.test(word)) : asked;
  try {
    await program.parseAsync(words, { from: 'user' });
    return readExitCode(program);
  } catch (error) {
    // Commander has already printed the error or the help.
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  }
}
