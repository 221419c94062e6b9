import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ConfigurationError } from '#domain/errors';
import type { Fault } from '#simulator/faults/fault-kinds';
import { faultGuides } from '#simulator/faults/fault-kinds';
import { FaultsRefusedError, readFaults } from '#simulator/faults/read-faults';
import { SimulatorOptionsError } from '#simulator/options';
import { startSimulator } from '#simulator/start-simulator';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readPort, readWholeNumber } from '../flags.ts';

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
    .option('--port <port>', 'port to listen on; 0 takes a free one', '4010')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--seed <n>', 'seed of the made-up rows: the same seed gives the same rows', '1')
    .option('--api-key <key>', 'API key that it accepts', 'simulator-key')
    .option('--faults <json>', 'a list of faults to start with, or @file with one')
    .addHelpText('after', faultsHelp)
    .action(action(simulate));
}

async function simulate(
  { terminal, interrupted }: CommandContext,
  { port, host, seed, apiKey, faults }: Flags,
): Promise<ExitCode> {
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

const faultsHelp = [
  '',
  '--faults and the body of POST /_simulator/faults take a list of faults: [{"kind":"outage","as":"503","times":2}].',
  'Every kind also takes match {endpoint, parameters}, probability (0 to 1), after and times (numbers of calls), forMs.',
  '',
  ...faultGuides.flatMap(({ does, example }) => [`  ${JSON.stringify(example)}`, `      ${does}`]),
].join('\n');
