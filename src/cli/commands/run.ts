import type { Command } from 'commander';
import { withTemporal } from '#control/connect-temporal';
import { startRun } from '#control/start-run';
import { resolveDay } from '#domain/period/resolve-day';
import { resolvePeriod } from '#domain/period/resolve-period';
import { resolveZone } from '#domain/period/zone';
import { type RunInput, readRunInput } from '#domain/river/read-run-input';
import { action, type CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import { type RunFlags, runInput } from '../run-input.ts';

interface Flags extends RunFlags {
  readonly wait?: boolean;
  readonly id?: string;
}

const examples = `
Examples:
  river run customers-by-action --wait
  river run customers-by-action --start 2026-01-01 --end 2026-01-31 --every daily --size 4
  river run customers-by-action --filter actions=12,"10% Bonus" --filter customerAttributes=Country`;

const repeated = (value: string, before: string[] = []): string[] => [...before, value];

export function addRun(program: Command): void {
  program
    .command('run')
    .description('Start a run of a river; with --wait, show its progress and its result')
    .argument('<river>', 'a river of the configuration file')
    .option('--wait', 'stay until the run has closed, and print its result')
    .option('--start <day>', 'first day of data, YYYY-MM-DD; this and what follows hold for this run only')
    .option('--end <day>', 'last day of data, included; left out: the day of the run')
    .option('--predefined <period>', 'yesterday, previous_month, … instead of --start and --end')
    .option('--last-days-back <n>', 'days before the start that are pulled as well')
    .option('--utc-offset <offset>', 'where days begin, such as +02:00')
    .option('--timezone <name>', 'where days begin, such as Europe/London')
    .option('--every <unit>', 'split into chunks: dont_split, daily, monthly or yearly')
    .option('--size <n>', 'units in a chunk')
    .option(
      '--filter <name=values>',
      'ids or names separated by commas, or JSON; for several filters give it several times',
      repeated,
    )
    .option('--load <mode>', 'replace the rows of the days, or append')
    .option('--allow-emptied', 'delete rows of days for which the API returns none any more')
    .option('--id <workflow id>', 'of the run; left out: made from the river and the time')
    .addHelpText('after', examples)
    .action(action(run));
}

async function run(context: CommandContext, river: string, flags: Flags): Promise<ExitCode> {
  const configuration = await context.configuration();
  const input = runInput(river, flags);
  refuseDaysToCome(readRunInput(input, configuration));
  return withTemporal(async (temporal) => {
    const handle = await startRun(temporal, { river, input, workflowId: flags.id });
    return followRun(context, temporal, { river, handle, wait: flags.wait === true });
  });
}

/** A period that is wholly to come the run itself would refuse; here it is said before one is started. */
function refuseDaysToCome(input: RunInput): void {
  if (input.kind !== 'run' || !input.river.period) return;
  const { period, schedule } = input.river;
  resolvePeriod(period, resolveDay(new Date(), resolveZone(period, schedule)));
}
