import { once } from 'node:events';
import type { Command } from 'commander';
import { ConfigurationError } from '../../domain/errors.ts';
import { SimulatorOptionsError } from '../../simulator/options.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { portNumber, wholeNumber } from '../whole-number.ts';

interface Flags {
  readonly port: string;
  readonly host: string;
  readonly seed: string;
  readonly apiKey: string;
}

export function addSimulator(program: Command): void {
  program
    .command('simulator')
    .description('An Optimove to develop against: all 27 reports, limits, and faults on demand')
    .option('--port <port>', 'to listen on; 0 takes a free one', '4010')
    .option('--host <address>', 'to listen on', '127.0.0.1')
    .option('--seed <n>', 'what its rows are made from: the same seed, the same rows', '1')
    .option('--api-key <key>', 'the key that it lets in', 'simulator-key')
    .action(action(simulate));
}

async function simulate(
  { terminal, interrupted }: CommandContext,
  { port, host, seed, apiKey }: Flags,
): Promise<ExitCode> {
  const simulator = await startSimulator({
    port: portNumber('--port', port),
    host,
    seed: wholeNumber('--seed', seed),
    auth: { apiKey },
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
      'Stop with Ctrl-C.',
    ].join('\n'),
  });
  if (!interrupted.aborted) await once(interrupted, 'abort');
  await simulator.stop();
  return exitCode.done;
}
