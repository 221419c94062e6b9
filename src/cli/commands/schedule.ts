import type { Command } from 'commander';
import { examples } from '../help.ts';
import { addActs } from './schedule/act.ts';
import { addApply } from './schedule/apply.ts';
import { addBackfill } from './schedule/backfill.ts';
import { addList } from './schedule/list.ts';

export function addSchedule(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('Manage Temporal Schedules by the `schedule:` of each river')
    .summary('Temporal Schedules, as river.yaml says them')
    .addHelpText(
      'after',
      examples(
        ['See what would change', 'river schedule apply --dry-run'],
        ['See when each river runs next', 'river schedule list'],
      ),
    );
  for (const add of [addApply, addList, addActs, addBackfill]) add(schedule);
}
