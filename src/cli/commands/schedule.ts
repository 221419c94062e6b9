import type { Command } from 'commander';
import { type TemporalClient, withTemporal } from '../../control/connect-temporal.ts';
import { applySchedules } from '../../control/schedules/apply-schedules.ts';
import { listSchedules } from '../../control/schedules/list-schedules.ts';
import {
  backfillSchedule,
  deleteSchedule,
  pauseSchedule,
  resumeSchedule,
  triggerSchedule,
} from '../../control/schedules/steer-schedule.ts';
import { ConfigurationError } from '../../domain/errors.ts';
import { isDay } from '../../domain/period/day.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { showChanges, showSchedules } from '../show-schedules.ts';

interface Days {
  readonly start: string;
  readonly end: string;
}

export function addSchedule(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('The Temporal Schedules by which rivers run by themselves');
  schedule
    .command('apply')
    .description('Make them as the configuration file says, and show what that changes; can be repeated')
    .option('--prune', 'delete those of rivers that have no schedule any more')
    .action(action(apply));
  schedule
    .command('list')
    .description('Those there are, and when they start a run next')
    .action(action(list));
  addSteer('pause', 'Start no runs until it is resumed', 'paused', pauseSchedule);
  addSteer('resume', 'Start runs again', 'resumed', resumeSchedule);
  addSteer('trigger', 'Start a run now, as the schedule would', 'has started a run', triggerSchedule);
  addSteer('delete', 'Remove it from Temporal; runs that it started go on', 'deleted', deleteSchedule);
  schedule
    .command('backfill')
    .description('Start the runs that it would have started on these days, one after the other')
    .argument('<river>', 'a river that has a schedule')
    .requiredOption('--start <day>', "first day of the schedule's time zone, YYYY-MM-DD")
    .requiredOption('--end <day>', 'last day, included')
    .action(action(backfill));

  function addSteer(
    name: string,
    description: string,
    done: string,
    steer: (client: TemporalClient['client'], river: string) => Promise<void>,
  ): void {
    schedule
      .command(name)
      .description(description)
      .argument('<river>', 'a river that has a schedule')
      .action(
        action(({ terminal }: CommandContext, river: string) =>
          withTemporal(async ({ client }) => {
            await steer(client, river);
            terminal.answer({ json: { river, [name]: true }, text: `The schedule of ${river} ${done}.` });
            return exitCode.done;
          }),
        ),
      );
  }
}

async function apply(
  { terminal, configuration }: CommandContext,
  { prune = false }: { readonly prune?: boolean },
): Promise<ExitCode> {
  const read = await configuration();
  return withTemporal(async ({ client }) => {
    const changes = await applySchedules(client, read, { prune });
    terminal.answer({ json: changes, text: showChanges(changes) });
    return exitCode.done;
  });
}

const list = ({ terminal }: CommandContext): Promise<ExitCode> =>
  withTemporal(async ({ client }) => {
    const schedules = await listSchedules(client);
    terminal.answer({ json: schedules, text: showSchedules(schedules) });
    return exitCode.done;
  });

async function backfill(
  { terminal }: CommandContext,
  river: string,
  { start, end }: Days,
): Promise<ExitCode> {
  for (const [flag, day] of Object.entries({ '--start': start, '--end': end })) {
    if (!isDay(day)) throw new ConfigurationError(`${flag}: expected a day, YYYY-MM-DD, got "${day}".`);
  }
  if (start > end) throw new ConfigurationError(`--start ${start} is after --end ${end}.`);
  return withTemporal(async ({ client }) => {
    await backfillSchedule(client, river, { first: start, last: end });
    terminal.answer({
      json: { river, backfill: { start, end } },
      text: `The schedule of ${river} starts its runs of ${start} to ${end}, one after the other. Look at them: river status`,
    });
    return exitCode.done;
  });
}
