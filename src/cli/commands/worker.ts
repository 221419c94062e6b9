import type { Command } from 'commander';
import { taskQueue } from '#domain/run/temporal-names';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description(
      'Process runs until stopped (calls in flight end first); any number of workers share the work',
    )
    .summary('work through runs until stopped')
    .addHelpText(
      'after',
      examples(
        ['Start a worker', 'river worker'],
        ['Start one for another configuration file', 'river worker --config staging.yaml'],
      ),
    )
    .action(action(work));
}

async function work(context: CommandContext): Promise<ExitCode> {
  const { terminal, configuration, interrupted } = context;
  // A file with faults is refused now; later, a faulty change leaves the last good configuration in use.
  const { rivers } = await configuration();
  const names = [...rivers.keys()];
  const { logLine, startOwnWorker } = await import('../own-worker.ts');
  const worker = await startOwnWorker(context, {
    say: (line) => terminal.say(logLine(line)),
    log: (line) => terminal.inform(logLine(line)),
  });
  interrupted.addEventListener('abort', () => worker.stop());
  if (interrupted.aborted) worker.stop();
  terminal.answer({
    json: { taskQueue, rivers: names },
    text: `Working on ${names.join(', ') || 'no rivers yet'}. Stop with Ctrl-C.`,
  });
  await worker.done;
  return exitCode.done;
}
