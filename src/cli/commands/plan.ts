import type { Command } from 'commander';
import type { TemporalClient } from '#control/connect-temporal';
import type { Plan, PlanOptions } from '#control/plan-river';
import { ConfigurationError } from '#domain/errors';
import { parseInstant } from '#domain/period/resolve-day';
import type { Configuration, Connection } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { showPlan, showPlans } from '../show-plan.ts';

interface Flags {
  readonly at?: string;
}

export function addPlan(program: Command): void {
  program
    .command('plan')
    .description(
      'Show what a run would do: its period, chunks and calls, and how long it takes under the budget',
    )
    .summary('what a run would do: days, calls, time')
    .argument('[river]', 'a river of the configuration file; default: all of them')
    .option('--at <instant>', 'plan a run at this time, such as 2026-01-31T10:00:00Z')
    .addHelpText(
      'after',
      examples(
        ['See what a run would do now', 'river plan customers-by-action'],
        ['See what all rivers would have done on 31 January', 'river plan --at 2026-01-31T10:00:00Z'],
      ),
    )
    .action(action(plan));
}

async function plan(
  { terminal, configuration }: CommandContext,
  name: string | undefined,
  flags: Flags,
): Promise<ExitCode> {
  const read = await configuration();
  const { readRunInput } = await import('#domain/river/read-run-input');
  const rivers = name === undefined ? [...read.rivers.values()] : [riverNamed(name)];
  const { plans, refusals } = await planAll(read, rivers, readInstant(flags.at));
  const [only] = plans;
  const [refusal] = refusals;
  if (name !== undefined && refusal) throw refusal.error;
  if (name !== undefined && only) terminal.answer({ json: only, text: showPlan(only) });
  else terminal.answer({ json: plans, text: showPlans(plans) });
  for (const { river, error } of refusals) terminal.say(`${river}: ${error.message}`);
  return refusal ? exitCode.usage : exitCode.done;

  function riverNamed(river: string) {
    const input = readRunInput({ river }, read);
    if (input.kind !== 'run') throw new ConfigurationError(`${river} is not a river.`);
    return input.river;
  }
}

/** A river with a fault does not stop the plans of the others. */
interface Planned {
  readonly plans: readonly Plan[];
  readonly refusals: readonly { readonly river: string; readonly error: ConfigurationError }[];
}

const readInstant = (at: string | undefined): string =>
  new Date(at === undefined ? Date.now() : parseInstant(at)).toISOString();

/** List calls go through the shared budget in Temporal; without Temporal or a worker no call is sent. */
async function planAll(configuration: Configuration, rivers: readonly River[], at: string): Promise<Planned> {
  const { withTemporalIfThere } = await import('#control/connect-temporal');
  const { planRiver } = await import('#control/plan-river');
  return withTemporalIfThere(async (temporal) => {
    const used = new Set(rivers.map(({ connection }) => connection));
    const connections = [...configuration.connections.values()].filter(({ name }) => used.has(name));
    const options = { at, ...(await budgetsIfServed(temporal, connections)) };
    const plans: Plan[] = [];
    const refusals: { river: string; error: ConfigurationError }[] = [];
    for (const river of rivers) {
      try {
        plans.push(await planRiver(configuration, river, options));
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        refusals.push({ river: river.name, error });
      }
    }
    return { plans, refusals };
  });
}

async function budgetsIfServed(
  temporal: TemporalClient | undefined,
  connections: readonly Connection[],
): Promise<Pick<PlanOptions, 'budgets' | 'whyNone'>> {
  if (!temporal) return { whyNone: 'Temporal cannot be reached' };
  const { client } = temporal;
  const { createBudgets, isServed } = await import('#control/shared-budget');
  if (!(await isServed(client))) return { whyNone: 'No worker is running' };
  const budgets = await createBudgets(client, connections);
  return budgets ? { budgets } : { whyNone: 'No worker has answered' };
}
