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
import { readPort } from '../flags.ts';
import { examples } from '../help.ts';
import { showServices, webUiPort } from '../show-services.ts';
import { dashboardPort } from './dashboard.ts';

interface Flags {
  readonly port: string;
  readonly uiPort: string;
  readonly simulatorPort: string;
  readonly dashboardPort: string;
}

export function addDev(program: Command): void {
  program
    .command('dev')
    .description(
      'Run everything on this machine until stopped: Temporal with its Web UI, the simulator, a worker and the dashboard',
    )
    .summary("the same, kept running, with Temporal's Web UI")
    .option('--port <port>', 'port of Temporal; 0 takes a free one', '7233')
    .option('--ui-port <port>', "port of Temporal's Web UI", webUiPort)
    .option('--simulator-port <port>', 'port of the simulator', '4010')
    .option('--dashboard-port <port>', 'port of the dashboard', dashboardPort)
    .addHelpText('after', whichRivers)
    .addHelpText(
      'after',
      examples(
        ['Start everything, with the rivers of river.yaml or with three examples', 'river dev'],
        ['Start it beside another Temporal server', 'river dev --port 0 --ui-port 8234'],
      ),
    )
    .action(action(dev));
}

const whichRivers = `
The worker takes the rivers of your configuration file. If there is none, it takes three
rivers that pull from the simulator; they are written to .river/river.yaml.`;

async function dev(context: CommandContext, flags: Flags): Promise<ExitCode> {
  const { terminal, environment } = context;
  const own = await ownConfiguration(context);
  const ports = readPorts(flags);
  await refuseTakenPorts(ports.filter(({ port }) => port !== 0));
  const [port, uiPort, simulatorPort, pagesPort] = ports.map((wanted) => wanted.port);
  let file = context.configurationFile;
  const { startLocalServices } = await import('#workers/local-services');
  const { describeChange, describeFault, logLine, ownFolder, watchedSources } = await import(
    '../own-worker.ts'
  );
  const { serveDashboard } = await import('#dashboard/serve-dashboard');
  const services = await startLocalServices({
    temporal: {
      ui: true,
      port: port || undefined,
      uiPort: uiPort || undefined,
      dbFilename: resolve(ownFolder, 'temporal.db'),
      cli: environment.temporalCli,
    },
    simulator: { port: simulatorPort ?? 0, auth: { apiKey: simulatorKey } },
    ...watchedSources(context),
    configuration: async (simulator) => {
      if (!own) file = await writeLocalConfiguration(resolve(ownFolder), `${simulator.url}/current`);
      return file;
    },
    onFault: (fault) => terminal.say(logLine(describeFault(fault))),
    onChange: ({ file, rivers }) => terminal.inform(logLine(describeChange(file, rivers.size))),
    say: (line) => terminal.inform(line),
    log: (line) => terminal.inform(logLine(line)),
  });
  // From here on Ctrl-C stops everything in order; before, everything that was started ends with this process.
  const { interrupted } = context;
  const { temporal, simulator } = services;
  const dashboard = await serveDashboard({
    port: pagesPort ?? 0,
    host: '127.0.0.1',
    configuration: await readAgain(context, file),
    temporal,
    webUi: temporal.uiUrl,
    say: (line) => terminal.say(line),
  }).catch(async (error: unknown) => {
    await services.stop();
    throw error;
  });
  const facts = {
    temporal: temporal.address,
    webUi: temporal.uiUrl ?? null,
    dashboard: dashboard.url,
    simulator: simulator.url,
    configuration: file,
  };
  const river = own ? own.rivers.keys().next().value : demoRiver;
  terminal.answer({ json: facts, text: showServices(facts, river, environment) });
  try {
    return await stayUp(services, interrupted);
  } finally {
    await dashboard.stop();
    await services.stop();
  }
}

/** The configuration as the file is now; the worker tells of faults in it. */
async function readAgain({ sources }: CommandContext, file: string): Promise<() => Promise<Configuration>> {
  const { createConfigurations } = await import('#config/watch-configuration');
  const configurations = createConfigurations({ file, ...sources });
  return () => configurations.current();
}

/** The configuration file, refused if it has faults; undefined if there is no river.yaml and no other file was named. */
async function ownConfiguration(context: CommandContext): Promise<Configuration | undefined> {
  const file = context.configurationFile;
  const none = file === resolve('river.yaml') && !existsSync(file);
  return none ? undefined : context.configuration();
}

const readPorts = (flags: Flags): WantedPort[] => [
  { port: readPort('--port', flags.port), user: 'the Temporal server', flag: '--port' },
  { port: readPort('--ui-port', flags.uiPort), user: "Temporal's Web UI", flag: '--ui-port' },
  {
    port: readPort('--simulator-port', flags.simulatorPort),
    user: 'the simulator',
    flag: '--simulator-port',
  },
  {
    port: readPort('--dashboard-port', flags.dashboardPort),
    user: 'the dashboard',
    flag: '--dashboard-port',
  },
];

async function stayUp({ temporal, worker }: LocalServices, interrupted: AbortSignal): Promise<ExitCode> {
  const stopped = interrupted.aborted ? Promise.resolve() : once(interrupted, 'abort');
  return Promise.race([
    stopped.then(() => exitCode.done),
    worker.done.then(() => exitCode.done),
    temporal.exited.then((code) => {
      throw new TemporalUnavailableError(`The Temporal server has ended unexpectedly (exit code ${code}).`);
    }),
  ]);
}
