import type { Command } from 'commander';
import { createConfigurations } from '#config/watch-configuration';
import { taskQueue } from '#domain/run/temporal-names';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description(
      'Process runs until stopped (calls in flight end first); any number of workers share the work',
    )
    .action(action(work));
}

async function work({
  terminal,
  configuration,
  configurationFile,
  environment,
  sources,
  interrupted,
}: CommandContext): Promise<ExitCode> {
  // A file with faults is refused now; later, a faulty change leaves the last good configuration in use.
  const { rivers } = await configuration();
  const names = [...rivers.keys()];
  // Loaded here, because Temporal's worker takes long to load and other commands do not need it.
  const { startWorker } = await import('#workers/start-worker');
  const worker = await startWorker({
    configurations: createConfigurations({
      file: configurationFile,
      ...sources,
      envFile: {
        path: environment.envFile,
        again: () => {
          const { variables: env, cut } = environment.again();
          return { env, cut };
        },
      },
      onFault: (error) => terminal.say(`${error.message}\nThe previous configuration stays in use.`),
    }),
    say: (line) => terminal.say(line),
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
