import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Command } from 'commander';
import { ConfigurationError } from '#domain/errors';
import type { Fault } from '#simulator/faults/fault-kinds';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readPort, readWholeNumber } from '../flags.ts';
import { examples } from '../help.ts';

interface Flags {
  readonly port: string;
  readonly host: string;
  readonly seed: string;
  readonly apiKey: string;
  readonly faults?: string;
}

export function addSimulator(program: Command): void {
  program
    .command('simulator')
    .description('Simulate Optimove for development: all 27 reports, limits, and faults on demand')
    .summary('a simulated Optimove to develop against')
    .option('--port <port>', 'port to listen on; 0 takes a free one', '4010')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--seed <n>', 'seed of the made-up rows: the same seed gives the same rows', '1')
    .option('--api-key <key>', 'API key that it accepts', 'simulator-key')
    .option('--faults <json>', 'a list of faults to start with, or @file with one')
    .addHelpText('after', faultsHelp)
    .addHelpText(
      'after',
      examples(
        ['Start it on the default port', 'river simulator'],
        [
          'Start it with an outage of two calls',
          `river simulator --port 4011 --faults '[{"kind":"outage","as":"503","times":2}]'`,
        ],
      ),
    )
    .action(action(simulate));
}

async function simulate(
  { terminal, interrupted }: CommandContext,
  { port, host, seed, apiKey, faults }: Flags,
): Promise<ExitCode> {
  const { SimulatorOptionsError } = await import('#simulator/options');
  const { startSimulator } = await import('#simulator/start-simulator');
  const simulator = await startSimulator({
    port: readPort('--port', port),
    host,
    seed: readWholeNumber('--seed', seed),
    auth: { apiKey },
    faults: faults === undefined ? [] : await readFaultsFlag(faults),
  }).catch((error: unknown) => {
    throw error instanceof SimulatorOptionsError
      ? new ConfigurationError(`The simulator cannot be started: ${error.message}`, { cause: error })
      : error;
  });
  const facts = { url: simulator.url, stats: `${simulator.url}/_simulator/stats` };
  terminal.answer({
    json: facts,
    text: [
      `Simulator  ${facts.url}/current (baseUrl of a connection; its key is ${apiKey})`,
      `Counts     ${facts.stats}`,
      `Faults     POST a list to ${simulator.url}/_simulator/faults; \`river simulator --help\` lists the kinds`,
      'Stop with Ctrl-C.',
    ].join('\n'),
  });
  if (!interrupted.aborted) await once(interrupted, 'abort');
  await simulator.stop();
  return exitCode.done;
}

/** Reads the flag: a list of faults as JSON, or @ and the name of a file with one. */
async function readFaultsFlag(flag: string): Promise<readonly Fault[]> {
  const { FaultsRefusedError, readFaults } = await import('#simulator/faults/read-faults');
  try {
    return readFaults(JSON.parse(flag.startsWith('@') ? await readFile(flag.slice(1), 'utf8') : flag));
  } catch (error) {
    const why =
      error instanceof FaultsRefusedError
        ? error.message
        : `expected a list of faults as JSON, or @ and a file with one (${(error as Error).message})`;
    throw new ConfigurationError(`--faults: ${why}`, { cause: error });
  }
}

const require = createRequire(import.meta.url);

/** Every kind of fault with an example. Commander makes its help at once, so that they cannot be imported. */
function faultsHelp(): string {
  const { faultGuides } =
    require('#simulator/faults/fault-kinds') as typeof import('#simulator/faults/fault-kinds');
  const help = [
    '',
    '--faults and the body of POST /_simulator/faults take a list of faults: [{"kind":"outage","as":"503","times":2}].',
    'Every kind also takes match {endpoint, parameters}, probability (0 to 1), after and times (numbers of calls), forMs.',
    '',
    ...faultGuides.flatMap(({ does, example }) => [`  ${JSON.stringify(example)}`, `      ${does}`]),
  ];
  return help.join('\n');
}
