import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { simulatorKey, writeLocalConfiguration } from '../../workers/local-configuration.ts';
import { startLocalServices } from '../../workers/local-services.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { wholeNumber } from '../whole-number.ts';

interface Flags {
  readonly port: string;
  readonly uiPort: string;
  readonly simulatorPort: string;
}

/** What `dev` keeps between two starts, where the person has no configuration of their own: below the folder they are in. */
const ownFolder = '.river';

export function addDev(program: Command): void {
  program
    .command('dev')
    .description(
      'Everything on this machine: Temporal with its Web UI, the simulator and a worker, until stopped',
    )
    .option('--port <port>', "Temporal's", '7233')
    .option('--ui-port <port>', "the Web UI's", '8233')
    .option('--simulator-port <port>', "the simulator's", '4010')
    .action(action(dev));
}

async function dev(context: CommandContext, flags: Flags): Promise<ExitCode> {
  const { terminal, environment, interrupted } = context;
  let file = context.configurationFile;
  const services = await startLocalServices({
    temporal: {
      ui: true,
      port: wholeNumber('--port', flags.port),
      uiPort: wholeNumber('--ui-port', flags.uiPort),
      dbFilename: resolve(ownFolder, 'temporal.db'),
      cli: environment.temporalCli,
    },
    simulator: { port: wholeNumber('--simulator-port', flags.simulatorPort), auth: { apiKey: simulatorKey } },
    env: environment.variables,
    configuration: async (simulator) => {
      if (!existsSync(file))
        file = await writeLocalConfiguration(resolve(ownFolder), `${simulator.url}/current`);
      return file;
    },
    say: (line) => terminal.say(line),
  });
  const facts = {
    temporal: services.temporal.address,
    webUi: services.temporal.uiUrl ?? null,
    simulator: services.simulator.url,
    configuration: file,
  };
  terminal.answer({
    json: facts,
    text: [
      `Web UI         ${facts.webUi}`,
      `Temporal       ${facts.temporal}`,
      `Simulator      ${facts.simulator}`,
      `Configuration  ${facts.configuration}`,
      '',
      `Run a river:   npm run -s river -- --config ${facts.configuration} run customers-by-action --wait`,
      'Stop with Ctrl-C.',
    ].join('\n'),
  });
  try {
    if (!interrupted.aborted) await Promise.race([once(interrupted, 'abort'), services.worker.done]);
  } finally {
    await services.stop();
  }
  return exitCode.done;
}
