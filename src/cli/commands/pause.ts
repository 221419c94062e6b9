import type { Command } from 'commander';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';

export function addPause(program: Command): void {
  program
    .command('pause')
    .description('Pause a run: it makes no new calls, and calls in flight end')
    .summary('pause a run')
    .argument('<workflow id>', 'of a running run')
    .addHelpText(
      'after',
      examples(
        ['Pause a run', 'river pause customers-by-action-20260131T100000Z-3f9c'],
        ['Pause it from a program', 'river pause customers-by-action-20260131T100000Z-3f9c --json'],
      ),
    )
    .action(action((context, workflowId: string) => steer(context, workflowId, 'pause')));
}

export function addResume(program: Command): void {
  program
    .command('resume')
    .description('Resume a paused run')
    .summary('resume a paused run')
    .argument('<workflow id>', 'of a paused run')
    .addHelpText(
      'after',
      examples(
        ['Resume a run', 'river resume customers-by-action-20260131T100000Z-3f9c'],
        ['Resume it from a program', 'river resume customers-by-action-20260131T100000Z-3f9c --json'],
      ),
    )
    .action(action((context, workflowId: string) => steer(context, workflowId, 'resume')));
}

async function steer(
  { terminal }: CommandContext,
  workflowId: string,
  what: 'pause' | 'resume',
): Promise<ExitCode> {
  const { withTemporal } = await import('#control/connect-temporal');
  const { steerRun } = await import('#control/steer-run');
  return withTemporal(async (temporal) => {
    const answer = await steerRun(temporal, workflowId, what);
    terminal.answer({ json: { workflowId, ...answer }, text: `${workflowId}: ${answer.message}` });
    return exitCode.done;
  });
}
