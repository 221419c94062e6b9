import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { TemporalUnavailableError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { demoRiver, simulatorKey, writeLocalConfiguration } from '#workers/local-configuration';
import type { LocalServices } from '#workers/local-services';
import { refuseTakenPorts, type WantedPort } from '#workers/services/free-port';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { showServices } from '../show-services.ts';
import { webUiPort } from '../web-ui-port.ts';
import { portNumber } from '../whole-number.ts';

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
    .option('--port <port>', 'of Temporal; 0 takes a free one', '7233')
    .option('--ui-port <port>', "of Temporal's Web UI", webUiPort)
    .option('--simulator-port <port>', 'of the simulator', '4010')
    .addHelpText('after', whichRivers)
    .action(action(dev));
}

const whichRivers = `
The worker takes the rivers of your configuration file. Where there is none it takes
three that pull from the simulator, written to ${ownFolder}/river.yaml for you to look at.`;

async function dev(context: CommandContext, flags: Flags): Promise<ExitCode> {
  const { terminal, environment } = context;
  const own = await ownConfiguration(context);
  const ports = portsOf(flags);
  await refuseTakenPorts(ports.filter(({ port }) => port !== 0));
  const [port, uiPort, simulatorPort] = ports.map((wanted) => wanted.port);
  let file = context.configurationFile;
  // Not loaded before: it brings Temporal's worker, which the other commands need not wait for.
  const { startLocalServices } = await import('#workers/local-services');
  const services = await startLocalServices({
    temporal: {
      ui: true,
      port: port || undefined,
      uiPort: uiPort || undefined,
      dbFilename: resolve(ownFolder, 'temporal.db'),
      cli: environment.temporalCli,
    },
    simulator: { port: simulatorPort ?? 0, auth: { apiKey: simulatorKey } },
    env: environment.variables,
    configuration: async (simulator) => {
      if (!own) file = await writeLocalConfiguration(resolve(ownFolder), `${simulator.url}/current`);
      return file;
    },
    say: (line) => terminal.say(line),
  });
  // From here on Ctrl-C stops all in order; before, what was started ends with this process.
  const { interrupted } = context;
  const { temporal, simulator } = services;
  const facts = {
    temporal: temporal.address,
    webUi: temporal.uiUrl ?? null,
    simulator: simulator.url,
    configuration: file,
  };
  const river = own ? own.rivers.keys().next().value : demoRiver;
  terminal.answer({ json: facts, text: showServices(facts, river, environment) });
  try {
    return await stayUp(services, interrupted);
  } finally {
    await services.stop();
  }
}

/** The person's own configuration, refused now where it is faulty; undefined where they have none and named none. */
async function ownConfiguration(context: CommandContext): Promise<Configuration | undefined> {
  const file = context.configurationFile;
  const none = file === resolve('river.yaml') && !existsSync(file);
  return none ? undefined : context.configuration();
}

const portsOf = (flags: Flags): WantedPort[] => [
  { port: portNumber('--port', flags.port), user: 'the Temporal server', flag: '--port' },
  { port: portNumber('--ui-port', flags.uiPort), user: "Temporal's Web UI", flag: '--ui-port' },
  {
    port: portNumber('--simulator-port', flags.simulatorPort),
    user: 'the simulator',
    flag: '--simulator-port',
  },
];

async function stayUp({ temporal, worker }: LocalServices, interrupted: AbortSignal): Promise<ExitCode> {
  const stopped = interrupted.aborted ? Promise.resolve() : once(interrupted, 'abort');
  return Promise.race([
    stopped.then(() => exitCode.done),
    worker.done.then(() => exitCode.done),
    temporal.exited.then((code) => {
      throw new TemporalUnavailableError(`The Temporal server has ended by itself (exit code ${code}).`);
    }),
  ]);
}
