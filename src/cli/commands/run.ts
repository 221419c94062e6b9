import type { Command } from 'commander';
import type { PlainTemporal } from '#control/connect-temporal';
import { resolveDay, resolveZone } from '#domain/period/resolve-day';
import { resolvePeriod } from '#domain/period/resolve-period';
import type { RunInput } from '#domain/river/read-run-input';
import { action, type CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { type RunFlags, readRunFlags } from '../flags.ts';
import { examples } from '../help.ts';

interface Flags extends RunFlags {
  readonly wait?: boolean;
  readonly local?: boolean;
  readonly id?: string;
}

const repeated = (value: string, before: string[] = []): string[] => [...before, value];

export function addRun(program: Command): void {
  program
    .command('run')
    .description('Start a run of a river; with --wait, show its progress and its result')
    .summary('start a run; --wait follows it to its end')
    .argument('<river>', 'a river of the configuration file')
    .option('--wait', 'wait until the run has closed, and print its result')
    .option('--local', 'work the run in this process, and wait for its end; no other worker is needed')
    .option(
      '--start <day>',
      'first day of data, YYYY-MM-DD; this option and those below hold for this run only',
    )
    .option('--end <day>', 'last day of data, included; default: the day of the run')
    .option('--predefined <period>', 'yesterday, previous_month, … instead of --start and --end')
    .option('--last-days-back <n>', 'also pull so many days before the start')
    .option('--utc-offset <offset>', 'where days begin, such as +02:00')
    .option('--timezone <name>', 'where days begin, such as Europe/London')
    .option('--every <unit>', 'split into chunks: dont_split, daily, monthly or yearly')
    .option('--size <n>', 'units in a chunk')
    .option(
      '--filter <name=values>',
      'ids or names separated by commas, or JSON; repeat the option for several filters',
      repeated,
    )
    .option('--load <mode>', 'replace, append, overwrite or merge, for this run')
    .option('--allow-emptied', 'delete rows of days for which the API no longer returns any')
    .option('--id <workflow id>', 'workflow id of the run; default: made from the river and the time')
    .addHelpText(
      'after',
      examples(
        ['Run it and follow it to its end', 'river run customers-by-action --wait'],
        ['The same without a worker elsewhere', 'river run customers-by-action --local'],
        [
          'Load a month anew, four days in a chunk',
          'river run customers-by-action --start 2026-01-01 --end 2026-01-31 --every daily --size 4',
        ],
        [
          'With filters for this run',
          `river run customers-by-action --filter actions=12,"10% Bonus" --filter customerAttributes=Country`,
        ],
      ),
    )
    .action(action(run));
}

async function run(context: CommandContext, river: string, flags: Flags): Promise<ExitCode> {
  const configuration = await context.configuration();
  const input = readRunFlags(river, flags);
  const { readRunInput } = await import('#domain/river/read-run-input');
  refuseFuturePeriod(readRunInput(input, configuration));
  const { withTemporal } = await import('#control/connect-temporal');
  const { startRun } = await import('#control/start-run');
  const { followRun } = await import('../follow-run.ts');
  const { local = false, wait = local, id: workflowId } = flags;
  const startAndFollow = (plain?: PlainTemporal) =>
    withTemporal(async (temporal) => {
      const handle = await startRun(temporal, { river, input, workflowId });
      return followRun(context, temporal, { river, handle, wait, local });
    }, plain);
  if (!local) return startAndFollow();
  const { withOwnWorker } = await import('../own-worker.ts');
  return withOwnWorker(context, startAndFollow);
}

/** The run itself would refuse a period that lies wholly in the future; this says so before one is started. */
function refuseFuturePeriod(input: RunInput): void {
  if (input.kind !== 'run' || !input.river.period) return;
  const { period, schedule } = input.river;
  resolvePeriod(period, resolveDay(new Date(), resolveZone(period, schedule)));
}
