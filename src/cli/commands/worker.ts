import type { Command } from 'commander';
import { createConfigurations } from '../../config/watch-configuration.ts';
import { startWorker } from '../../workers/start-worker.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('One worker; drains on SIGTERM. Any number of them share the work')
    .action(action(work));
}

async function work({
  terminal,
  configuration,
  configurationFile,
  environment,
  interrupted,
}: CommandContext): Promise<ExitCode> {
  // A faulty file is refused now; later a faulty change leaves the last good one in use.
  const { rivers } = await configuration();
  const worker = await startWorker({
    configurations: createConfigurations({
      file: configurationFile,
      env: environment.variables,
      onFault: (error) => terminal.say(`${error.message}\nThe configuration as it was stays in use.`),
    }),
  });
  interrupted.addEventListener('abort', () => worker.stop());
  if (interrupted.aborted) worker.stop();
  terminal.say(`Working on ${[...rivers.keys()].join(', ') || 'no rivers yet'}. Stop with Ctrl-C.`);
  await worker.done;
  return exitCode.done;
}
