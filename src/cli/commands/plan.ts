import type { Command } from 'commander';
import { connectTemporalIfThere } from '../../control/connect-temporal.ts';
import { type Plan, planRiver } from '../../control/plan-river.ts';
import { budgetsOf, isServed } from '../../control/shared-budget.ts';
import { ConfigurationError } from '../../domain/errors.ts';
import { parseInstant } from '../../domain/period/instant.ts';
import type { Configuration } from '../../domain/river/configuration.ts';
import { readRunInput } from '../../domain/river/read-run-input.ts';
import type { River } from '../../domain/river/river.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { table } from '../table.ts';

interface Flags {
  readonly at?: string;
}

export function addPlan(program: Command): void {
  program
    .command('plan')
    .description('Without running: period, chunks, calls, and how long that takes under the budget')
    .argument('[river]', 'a river of the configuration file; without it, all of them')
    .option('--at <instant>', 'as if run then, 2026-01-31T10:00:00Z')
    .action(action(plan));
}

async function plan(
  { terminal, configuration }: CommandContext,
  name: string | undefined,
  flags: Flags,
): Promise<ExitCode> {
  const read = await configuration();
  const rivers = name === undefined ? [...read.rivers.values()] : [riverNamed(name)];
  const plans = await planAll(read, rivers, instantOf(flags.at));
  const [only] = plans;
  if (name !== undefined && only) terminal.answer({ json: only, text: pageOf(only) });
  else terminal.answer({ json: plans, text: listOf(plans) });
  return exitCode.done;

  function riverNamed(river: string) {
    const input = readRunInput({ river }, read);
    if (input.kind !== 'run') throw new ConfigurationError(`${river} is no river.`);
    return input.river;
  }
}

const instantOf = (at: string | undefined): string =>
  new Date(at === undefined ? Date.now() : parseInstant(at)).toISOString();

/** Whoever sends calls shares the budget through Temporal; without it, or without a worker, nothing is sent. */
async function planAll(configuration: Configuration, rivers: readonly River[], at: string): Promise<Plan[]> {
  const temporal = await connectTemporalIfThere();
  try {
    const budgets = temporal && (await isServed(temporal.client)) ? budgetsOf(temporal.client) : undefined;
    const plans: Plan[] = [];
    for (const river of rivers) plans.push(await planRiver(configuration, river, { at, budgets }));
    return plans;
  } finally {
    await temporal?.close();
  }
}

const pageOf = (plan: Plan): string =>
  [
    `${plan.river}: report ${plan.report}, as if run at ${plan.at} (day ${plan.day})`,
    plan.period
      ? `Period   ${plan.period.start} to ${plan.period.end}, ${plan.chunks.length} chunks`
      : 'Period   none',
    `Calls    ${shown(plan.calls.data)} for data, ${shown(plan.calls.list)} for lists`,
    `Takes    ${plan.seconds === null ? 'not known' : duration(plan.seconds)}${plan.finishesAt === null ? '' : `, until ${plan.finishesAt}`}`,
    ...plan.notes,
    '',
    table(
      ['chunk', 'first day', 'last day'],
      plan.chunks.map(({ start, end }, at) => [at + 1, start, end]),
    ),
  ].join('\n');

const listOf = (plans: readonly Plan[]): string =>
  table(
    ['river', 'report', 'period', 'chunks', 'list calls', 'data calls', 'takes'],
    plans.map(({ river, report, period, chunks, calls, seconds }) => [
      river,
      report,
      period ? `${period.start}/${period.end}` : null,
      chunks.length,
      shown(calls.list),
      shown(calls.data),
      seconds === null ? 'not known' : duration(seconds),
    ]),
  );

const shown = (calls: number | null): string => (calls === null ? 'not known' : String(calls));

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
