import type { Command } from 'commander';
import type { BudgetReport } from '#domain/budget/call-budget';
import { ConfigurationError } from '#domain/errors';
import { didYouMean } from '#domain/river/closest';
import type { Configuration, Connection } from '#domain/river/configuration';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { table } from '../terminal.ts';

export function addBudget(program: Command): void {
  program
    .command('budget')
    .description('Show the call budget of each connection: windows, used, free, waiting, throttled until')
    .summary('the call budget: used, free, waiting')
    .option('--lift <connection>', 'end the back-off after a 429 or a Retry-After at once')
    .addHelpText(
      'after',
      examples(
        ['See how many calls are left in each window', 'river budget'],
        ['Call again before the Retry-After of an answer is over', 'river budget --lift main'],
      ),
    )
    .action(action(budget));
}

async function budget(context: CommandContext, { lift }: { readonly lift?: string }): Promise<ExitCode> {
  const { terminal, configuration } = context;
  const read = await configuration();
  if (lift !== undefined) return endBackOff(context, read, lift);
  const { connections } = read;
  const { withTemporal } = await import('#control/connect-temporal');
  const { readBudget } = await import('#control/shared-budget');
  return withTemporal(async ({ client }) => {
    const reports: BudgetReport[] = [];
    for (const connection of connections.values()) {
      reports.push((await readBudget(client, connection.name)) ?? unusedBudget(connection));
    }
    terminal.answer({ json: reports, text: showBudgets(reports) });
    return exitCode.done;
  });
}

async function endBackOff(
  { terminal }: CommandContext,
  { connections, file }: Configuration,
  name: string,
): Promise<ExitCode> {
  const connection = connections.get(name);
  if (!connection) {
    const suggestion = didYouMean(name, connections.keys()) || ';';
    throw new ConfigurationError(
      `There is no connection ${JSON.stringify(name)}${suggestion} ${file} has ${[...connections.keys()].join(', ')}.`,
    );
  }
  const { withTemporal } = await import('#control/connect-temporal');
  const { liftBudget } = await import('#control/shared-budget');
  return withTemporal(async ({ client }) => {
    const lift = (await liftBudget(client, connection)) ?? {
      connection: name,
      lifted: false,
      throttledUntil: null,
      message: `Connection ${name} has no call budget in Temporal: no call waits, and there is nothing to lift.`,
    };
    terminal.answer({ json: lift, text: lift.message });
    return exitCode.done;
  });
}

/** The report on a connection that was never called. */
const unusedBudget = ({ name, budget: windows }: Connection): BudgetReport => ({
  connection: name,
  windows: windows.map(({ calls, perMs }) => ({ calls, perSeconds: perMs / 1000, used: 0, free: calls })),
  waiting: 0,
  throttledUntil: null,
});

const showBudgets = (reports: readonly BudgetReport[]): string =>
  table(
    ['connection', 'calls', 'per seconds', 'used', 'free', 'waiting', 'throttled until'],
    reports.flatMap(({ connection, windows, waiting, throttledUntil }) =>
      windows.map(({ calls, perSeconds, used, free }) => [
        connection,
        calls,
        perSeconds,
        used,
        free,
        waiting,
        throttledUntil,
      ]),
    ),
  );
