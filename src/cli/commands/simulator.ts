import { once } from 'node:events';
import type { Command } from 'commander';
import { ConfigurationError } from '../../domain/errors.ts';
import { SimulatorOptionsError } from '../../simulator/options.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { wholeNumber } from '../whole-number.ts';

interface Flags {
  readonly port: string;
  readonly host: string;
  readonly seed: string;
  readonly apiKey: string;
}

export function addSimulator(program: Command): void {
  program
    .command('simulator')
    .description('An Optimove to develop against, on this machine')
    .option('--port <port>', 'to listen on; 0 takes a free one', '4010')
    .option('--host <address>', 'to listen on', '127.0.0.1')
    .option('--seed <n>', 'the same seed, the same rows', '1')
    .option('--api-key <key>', 'that it lets in', 'simulator-key')
    .action(action(simulate));
}

async function simulate(
  { terminal, interrupted }: CommandContext,
  { port, host, seed, apiKey }: Flags,
): Promise<ExitCode> {
  const simulator = await startSimulator({
    port: wholeNumber('--port', port),
    host,
    seed: wholeNumber('--seed', seed),
    auth: { apiKey },
  }).catch((error: unknown) => {
    throw error instanceof SimulatorOptionsError
      ? new ConfigurationError(error.message, { cause: error })
      : error;
  });
  const facts = { url: simulator.url, stats: `${simulator.url}/_simulator/stats` };
  terminal.answer({
    json: facts,
    text: `Simulator at ${facts.url} (key ${apiKey}); counts at ${facts.stats}. Stop with Ctrl-C.`,
  });
  if (!interrupted.aborted) await once(interrupted, 'abort');
  await simulator.stop();
  return exitCode.done;
}
