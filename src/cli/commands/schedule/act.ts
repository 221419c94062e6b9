import type { Command } from 'commander';
import type { ScheduleAct } from '#control/schedules/act-on-schedule';
import { action, type CommandContext } from '../../context.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { examples } from '../../help.ts';

/** Each act with its help and its answer. */
const acts: readonly (readonly [act: ScheduleAct, help: string, done: string])[] = [
  ['pause', 'Pause a schedule: no starts until it is resumed; a running run goes on', 'is paused'],
  ['resume', 'Resume a paused schedule', 'starts runs again at its times'],
  ['trigger', 'Start a run now, under the overlap policy of the schedule', 'was asked to start a run now'],
  ['delete', 'Delete a schedule; a running run goes on', 'is deleted'],
];

/** `pause`, `resume`, `trigger` and `delete` take a river and nothing else. */
export function addActs(schedule: Command): void {
  for (const [act, help, done] of acts) {
    schedule
      .command(act)
      .description(help)
      .argument('<river>', 'a river that has a schedule')
      .addHelpText(
        'after',
        examples(
          [`To ${act} a schedule`, `river schedule ${act} customers-by-action`],
          ['The same from a program', `river schedule ${act} customers-by-action --json`],
        ),
      )
      .action(
        action(async ({ terminal, configuration }: CommandContext, river: string): Promise<ExitCode> => {
          const read = await configuration();
          const { withTemporal } = await import('#control/connect-temporal');
          const { actOnSchedule } = await import('#control/schedules/act-on-schedule');
          return withTemporal(async (temporal) => {
            await actOnSchedule(temporal, read, river, act);
            terminal.answer({ json: { river, done: act }, text: `The schedule of ${river} ${done}.` });
            return exitCode.done;
          });
        }),
      );
  }
}
