import type { Command } from 'commander';
import { withTemporal } from '#control/connect-temporal';
import { steerRun } from '#control/steer-run';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';

export function addPause(program: Command): void {
  program
    .command('pause')
    .description('Pause a run: it makes no new calls, and calls in flight end')
    .argument('<workflow id>', 'of a running run')
    .action(action((context, workflowId: string) => steer(context, workflowId, 'pause')));
}

export function addResume(program: Command): void {
  program
    .command('resume')
    .description('Resume a paused run')
    .argument('<workflow id>', 'of a paused run')
    .action(action((context, workflowId: string) => steer(context, workflowId, 'resume')));
}

const steer = (
  { terminal }: CommandContext,
  workflowId: string,
  what: 'pause' | 'resume',
): Promise<ExitCode> =>
  withTemporal(async (temporal) => {
    const answer = await steerRun(temporal, workflowId, what);
    terminal.answer({ json: { workflowId, ...answer }, text: `${workflowId}: ${answer.message}` });
    return exitCode.done;
  });
