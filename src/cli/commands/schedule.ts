import type { Command } from 'commander';
import { addActs } from './schedule/act.ts';
import { addApply } from './schedule/apply.ts';
import { addBackfill } from './schedule/backfill.ts';
import { addList } from './schedule/list.ts';

const examples = `
Examples:
  river schedule apply --dry-run
  river schedule apply
  river schedule backfill customers-by-action --start 2026-01-01 --end 2026-01-31`;

export function addSchedule(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('Manage Temporal Schedules by the `schedule:` of each river')
    .addHelpText('after', examples);
  for (const add of [addApply, addList, addActs, addBackfill]) add(schedule);
}
