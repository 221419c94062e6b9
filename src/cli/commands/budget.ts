import type { Command } from 'commander';
import { withTemporal } from '../../control/connect-temporal.ts';
import { readBudget } from '../../control/shared-budget.ts';
import type { BudgetReport } from '../../domain/budget/budget-report.ts';
import type { Connection } from '../../domain/river/configuration.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { table } from '../table.ts';

export function addBudget(program: Command): void {
  program
    .command('budget')
    .description('Each connection: window, used, free, waiting, throttled until')
    .action(action(budget));
}

async function budget({ terminal, configuration }: CommandContext): Promise<ExitCode> {
  const { connections } = await configuration();
  return withTemporal(async ({ client }) => {
    const reports: BudgetReport[] = [];
    for (const connection of connections.values()) {
      reports.push((await readBudget(client, connection.name)) ?? unused(connection));
    }
    terminal.answer({ json: reports, text: listOf(reports) });
    return exitCode.done;
  });
}

/** Of a connection that was never called. */
const unused = ({ name, budget: windows }: Connection): BudgetReport => ({
  connection: name,
  windows: windows.map(({ calls, perMs }) => ({ calls, perSeconds: perMs / 1000, used: 0, free: calls })),
  waiting: 0,
  throttledUntil: null,
});

const listOf = (reports: readonly BudgetReport[]): string =>
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
