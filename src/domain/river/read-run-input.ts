import { z } from 'zod';
import { ConfigurationError } from '../errors.ts';
import { differsInFilters } from '../run/loaded-days.ts';
import { accepted } from './accepted.ts';
import { checkRiver } from './check-river.ts';
import { didYouMean } from './closest.ts';
import type { Configuration } from './configuration.ts';
import { Filters } from './filters.ts';
import { PeriodSetting } from './period-setting.ts';
import {
  besides,
  configurationError,
  faultAt,
  faultText,
  type Problem,
  showPlain,
  showValue,
} from './problem.ts';
import { readShape, readSound } from './read-shape.ts';
import { ChunkSetting, type River } from './river.ts';
import { Target, withEmptied } from './target.ts';

const Name = z.string().min(1).register(accepted, { words: 'the name of a river' });

const AllowEmptied = z
  .boolean()
  .optional()
  .describe(
    'Whether the run takes it for true that the API returns no rows: `target.emptied`, for this run.',
  );

/** The settings of its river that a run may replace. */
const RunOverrides = z.strictObject({
  river: Name.describe('The river to run.'),
  period: PeriodSetting.optional(),
  chunks: ChunkSetting.optional(),
  filters: Filters.optional(),
  target: Target.pick({ load: true }).partial().optional(),
  allowEmptied: AllowEmptied,
});

/** Those without a fault, where others have one. */
const SoundOverrides = RunOverrides.partial();
type SoundOverrides = z.infer<typeof SoundOverrides>;

const RetrySetting = z.strictObject({
  retryFailedChunksOf: z.string().min(1).register(accepted, { words: 'the workflow id of an earlier run' }),
  allowEmptied: AllowEmptied,
});

/** A run's checked input: a river with the run's overrides applied, or a run to complete. */
export type RunInput =
  | {
      readonly kind: 'run';
      readonly river: River;
      /** Whether the filters are the run's own: its days do not count as the river's. */
      readonly ownFilters: boolean;
    }
  | RetryInput;

/** The run to complete, and whether this may delete rows of days for which the API returned none. */
export interface RetryInput {
  readonly kind: 'retry';
  readonly workflowId: string;
  readonly allowEmptied?: boolean;
}

/**
 * Reads the input of `riverRun`, as a person types it into the Web UI or a command line builds it.
 * @throws ConfigurationError with every fault
 */
export function readRunInput(input: unknown, configuration: Configuration): RunInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw inputError([{ path: [], message: whatIsAccepted(input, configuration) }]);
  }
  return 'retryFailedChunksOf' in input ? readRetry(input) : readRun(input, configuration);
}

/** Refuses several inputs, and a workflow with a cron schedule. */
export function refuseStart(
  { input, inputs = 1, cron }: { input: unknown; inputs?: number; cron?: string },
  configuration: Configuration,
): void {
  if (inputs > 1) {
    const message = `expected one input, got ${inputs}: ${whatIsAccepted(input, configuration)}`;
    throw inputError([{ path: [], message }]);
  }
  if (cron === undefined) return;
  throw new ConfigurationError(
    `The workflow has the cron schedule ${showValue(cron)}, by which every execution would be the first one's run once more. Start it without one, and give the river a schedule in the configuration (\`schedule: { cron: … }\`) for \`river schedule apply\`; ${nameRivers(configuration)}.`,
  );
}

function readRetry(input: object): RunInput {
  const { problems, value } = readShape(RetrySetting, input, showPlain);
  if (value === undefined) throw inputError(problems);
  const { retryFailedChunksOf: workflowId, allowEmptied } = value;
  return { kind: 'retry', workflowId, ...(allowEmptied !== undefined && { allowEmptied }) };
}

function readRun(input: object, configuration: Configuration): RunInput {
  const shape = readShape(RunOverrides, input, showPlain);
  const sound = shape.value ?? readSound(SoundOverrides, input) ?? {};
  const river = sound.river === undefined ? undefined : configuration.rivers.get(sound.river);
  const overridden = river && withOverrides(river, sound);
  const meaning = overridden ? checkRiver(overridden.name, overridden, configuration) : [];
  const problems = [
    ...shape.problems,
    ...(sound.river !== undefined && !river ? [unknownRiver(sound.river, configuration)] : []),
    ...besides(shape.problems, meaning),
  ];
  if (problems.length > 0 || !river || !overridden) throw inputError(namingRivers(problems, configuration));
  const ownFilters = differsInFilters(overridden, river);
  return { kind: 'run', river: overridden, ownFilters };
}

/** `period` and `chunks` replace the river's whole, but for where its days begin; `filters` key by key. */
function withOverrides(
  river: River,
  { period, chunks, filters, target, allowEmptied }: SoundOverrides,
): River {
  const own = {
    ...river,
    ...(period && { period: ownPeriod(river, period) }),
    ...(chunks && { chunks }),
    ...(filters && { filters: ownFilters(river.filters, filters) }),
    target: { ...river.target, ...(target?.load && { load: target.load }) },
  };
  return withEmptied(own, allowEmptied);
}

/** A start alone ends on the run's day and does not track: a backfill loads exactly the days that it names. */
function ownPeriod(river: River, own: PeriodSetting): PeriodSetting {
  const { utcOffset, timezone } = river.period ?? {};
  const ownZone = own.utcOffset !== undefined || own.timezone !== undefined;
  return {
    ...(!ownZone && utcOffset !== undefined && { utcOffset }),
    ...(!ownZone && timezone !== undefined && { timezone }),
    ...(own.start !== undefined && own.end === undefined && own.predefined === undefined && { track: false }),
    ...own,
  };
}

/** Stages and an attribute exclude each other: the run's choice takes the place of the river's. */
function ownFilters(filters: Filters, own: Filters): Filters {
  const { lifecycleStages, customerAttribute, ...rest } = filters;
  const byStage = own.lifecycleStages !== undefined || own.customerAttribute !== undefined;
  return { ...(byStage ? rest : filters), ...own };
}

function inputError(problems: readonly Problem[]) {
  const faults = problems.map((problem) => faultAt('input', problem));
  return configurationError([...new Map(faults.map((fault) => [faultText(fault), fault])).values()]);
}

function whatIsAccepted(input: unknown, configuration: Configuration): string {
  return (
    'expected { "river": "<name>" }, with period, chunks, filters or target if they differ from the river\'s, ' +
    `or { "retryFailedChunksOf": "<workflow id>" }, got ${showValue(input)}; ${nameRivers(configuration)}`
  );
}

function nameRivers({ rivers }: Configuration): string {
  return rivers.size === 0 ? 'no river is configured' : `the rivers are ${[...rivers.keys()].join(', ')}`;
}

/** A fault in the river's name says which there are; the others say themselves what is accepted. */
function namingRivers(problems: readonly Problem[], configuration: Configuration): Problem[] {
  const rivers = nameRivers(configuration);
  return problems.map((problem) =>
    problem.path[0] !== 'river' || problem.message.endsWith(rivers)
      ? problem
      : { ...problem, message: `${problem.message}; ${rivers}` },
  );
}

function unknownRiver(name: string, configuration: Configuration): Problem {
  const meant = didYouMean(name, configuration.rivers.keys());
  return {
    path: ['river'],
    message: `there is no river ${showValue(name)}${meant || ';'} ${nameRivers(configuration)}`,
  };
}
