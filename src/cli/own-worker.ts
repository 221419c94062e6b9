import { resolve } from 'node:path';
import { type ConfigurationsOptions, createConfigurations } from '#config/watch-configuration';
import { mayBeListening, type PlainTemporal, temporalOptions } from '#control/connect-temporal';
import { defaultTemporalAddress } from '#domain/run/temporal-names';
import { startTemporalServer, type TemporalServer } from '#workers/services/temporal-server';
import { type RunningWorker, startWorker } from '#workers/start-worker';
import type { CommandContext } from './context.ts';

/** The folder for files that River keeps between two starts, below the working directory. */
export const ownFolder = '.river';

/** What a worker of this process logs, each line with its time. */
export const logLine = (line: string): string => `${new Date().toISOString()} ${line}`;

/** How a worker of this process reads its configuration again: secrets and `.env` are watched as the file itself is. */
export const watchedSources = ({
  environment,
  sources,
}: CommandContext): Pick<ConfigurationsOptions, 'env' | 'cut' | 'commands' | 'envFile'> => ({
  ...sources,
  envFile: {
    path: environment.envFile,
    again: () => {
      const { variables: env, cut } = environment.again();
      return { env, cut };
    },
  },
});

/** Starts a worker for the configuration file of the command. */
export const startOwnWorker = (
  context: CommandContext,
  {
    say,
    log,
    temporal,
  }: { say(line: string): void; log?(line: string): void; temporal?: PlainTemporal | undefined },
): Promise<RunningWorker> =>
  startWorker({
    configurations: createConfigurations({
      file: context.configurationFile,
      ...watchedSources(context),
      onFault: (fault) => say(describeFault(fault)),
      onChange: ({ file, rivers }) => say(describeChange(file, rivers.size)),
    }),
    ...(temporal && { temporal }),
    say,
    ...(log && { log }),
  });

export const describeFault = (fault: Error): string =>
  `${fault.message}\nThe previous configuration stays in use until this is mended.`;

export const describeChange = (file: string, rivers: number): string =>
  `${file} has changed and is in use: ${rivers} ${rivers === 1 ? 'river' : 'rivers'}.`;

/**
 * Does the work while a worker runs in this process. Where no Temporal is set and none listens where it is looked for, one is
 * started as well, and keeps its state in a file: the budget's memory must not be lost between two tries.
 */
export async function withOwnWorker<T>(
  context: CommandContext,
  work: (temporal: PlainTemporal | undefined) => Promise<T>,
): Promise<T> {
  const { terminal, interrupted } = context;
  const say = (line: string) => terminal.say(line);
  const server = await startTemporalIfNone(context);
  try {
    const worker = await startOwnWorker(context, { say, temporal: server });
    try {
      interrupted.throwIfAborted();
      // A worker that fails ends the command: nothing else would work the run.
      return await Promise.race([
        work(server),
        worker.done.then(() => Promise.reject(new Error('The worker has stopped.'))),
      ]);
    } finally {
      worker.stop();
      await worker.done;
    }
  } finally {
    await server?.stop();
  }
}

async function startTemporalIfNone({
  terminal,
  environment,
}: CommandContext): Promise<TemporalServer | undefined> {
  const { address } = temporalOptions().connectionOptions;
  const isSet = address !== defaultTemporalAddress || Boolean(environment.variables.TEMPORAL_ADDRESS);
  if (isSet || (await mayBeListening(address))) return undefined;
  const file = resolve(ownFolder, 'temporal.db');
  terminal.say(
    `No Temporal listens at ${address}: one is started for this run (its state is kept in ${ownFolder}/temporal.db).`,
  );
  return startTemporalServer({
    ui: false,
    // Where commands in other terminals look for it.
    port: Number(address.split(':').at(-1)),
    dbFilename: file,
    cli: environment.temporalCli,
    say: (line) => terminal.say(line),
  });
}
