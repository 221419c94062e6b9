import type { Command } from 'commander';
import { withTemporal } from '#control/connect-temporal';
import { steerRun } from '#control/steer-run';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';

export function addPause(program: Command): void {
  program
    .command('pause')
    .description('Let a run make no new calls; what is in flight ends, and resume goes on from there')
    .argument('<workflow id>', 'of a run that is under way')
    .action(action((context, workflowId: string) => steer(context, workflowId, 'pause')));
}

export function addResume(program: Command): void {
  program
    .command('resume')
    .description('Let a paused run go on')
    .argument('<workflow id>', 'of a run that is paused')
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
