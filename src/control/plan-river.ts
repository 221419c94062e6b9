import { plannedTimeMs } from '#domain/budget/least-time';
import { countCalls } from '#domain/call/count-calls';
import { effectiveReport } from '#domain/call/effective-report';
import { readListAnswers } from '#domain/call/list-answers';
import { runListCalls } from '#domain/call/list-calls';
import { resolveSelection } from '#domain/call/resolve-selection';
import type { Selection } from '#domain/call/selection';
import { findReport } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import { fitListRows } from '#domain/column/fit-rows';
import { ConfigurationError } from '#domain/errors';
import type { Day } from '#domain/period/day';
import { resolveDay } from '#domain/period/resolve-day';
import { resolvePeriod } from '#domain/period/resolve-period';
import { between, stretchesOf } from '#domain/period/stretches';
import { zoneOfRiver } from '#domain/period/zone';
import type { Configuration, Connection } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import { sharedTables } from '#domain/river/shared-table';
import { isTracked, type LoadedDays, rangeText, warnOfDaysLoadedOtherwise } from '#domain/run/loaded-days';
import { countDays, type PlannedDays, planChunks, planDays } from '#domain/run/plan-run';
import { runCommand } from '#domain/verify/repair-command';
import { askList } from './ask-list.ts';
import type { Reserve } from './ask-once.ts';
import type { CallsAhead } from './calls-ahead.ts';
import { readTrackOf } from './read-track-of.ts';

/** What a run of a river would do. What cannot be known before it runs is null. */
export interface Plan {
  readonly river: string;
  readonly report: string;
  /** The instant it is planned for, ISO 8601. */
  readonly at: string;
  /** The run's day. */
  readonly day: Day;
  readonly period: { readonly start: Day; readonly end: Day } | null;
  readonly chunks: readonly { readonly start: Day | null; readonly end: Day | null }[];
  /** One page for each call: more cannot be known before. */
  readonly calls: { readonly list: number | null; readonly data: number | null };
  /** How many calls the runs still have to make that are under way on the connection: this one shares with them. */
  readonly callsAhead: number;
  /** How long the calls take at least under the budget as it stands. */
  readonly seconds: number | null;
  readonly finishesAt: string | null;
  /** What a person is to know: what is left out, stands twice or was loaded otherwise; and what could not be found out, and why. */
  readonly warnings: readonly string[];
}

export interface PlanOptions {
  /** ISO 8601. */
  readonly at: string;
  /** The shared budgets; without them the API is not asked, and the budget is taken as free. */
  readonly budgets?: Budgets;
  /** Why there are none: the beginning of a sentence. */
  readonly whyNone?: string;
}

export interface Budgets {
  /** Asks the budget of a connection. */
  reserveOf(connection: string): Reserve;
  /** How long ago calls were sent that still count, in milliseconds. */
  sentOf(connection: Connection): Promise<readonly number[]>;
  /** What other runs still have to call; `isOn` says of a river whether it is one of the connection. */
  callsAhead(isOn: (river: string) => boolean): Promise<CallsAhead>;
}

/** Plans a run without running it: period, chunks, calls, and how long that takes under the budget. */
export async function planRiver(
  configuration: Configuration,
  river: River,
  options: PlanOptions,
): Promise<Plan> {
  const connection = configuration.connections.get(river.connection);
  const declared = findReport(river.report);
  if (!connection || !declared)
    throw new ConfigurationError(`River ${river.name} names a connection or a report that is not there.`);
  const report = effectiveReport(declared, river.overrides);
  const day = resolveDay(options.at, zoneOfRiver(river.period, river.schedule));
  const track = isTracked(river, report) ? await readTrackOf(configuration, river) : undefined;
  const days = planDays(river, report, day, track);
  const { period } = days;
  const chunks = planChunks(river, report, days.pulls);
  const { budgets } = options;
  const selection =
    chunks.length > 0 && (budgets || runListCalls(report, river.filters).length === 0)
      ? await select(connection, report, river, budgets?.reserveOf(connection.name))
      : undefined;
  const calls = chunks.length > 0 ? callsOf(report, river, selection, days) : { list: 1, data: 0 };
  const ahead = await budgets?.callsAhead(
    (name) => configuration.rivers.get(name)?.connection === connection.name,
  );
  const seconds = await secondsOf(calls, connection, budgets, ahead);
  return {
    river: river.name,
    report: river.report,
    at: options.at,
    day,
    period: period && { start: period.first, end: period.last },
    chunks: chunks.map(({ first, last }) => ({ start: first, end: last })),
    calls,
    callsAhead: ahead?.remaining.reduce((sum, each) => sum + each, 0) ?? 0,
    seconds,
    finishesAt: seconds === null ? null : new Date(Date.parse(options.at) + seconds * 1000).toISOString(),
    warnings: [
      ...days.warnings.map(({ message }) => message),
      ...sharedTables(configuration)
        .filter(({ rivers }) => rivers.includes(river.name))
        .map(({ warning }) => `${warning}.`),
      ...warningsOfTrack(river, days, track, day),
      ...whatIsUnknown(report, river, calls, selection, options),
      ...whatOthersHide(ahead),
    ],
  };
}

function callsOf(
  report: Report,
  river: River,
  selection: Selection | undefined,
  { period, pulls, asksForData }: PlannedDays,
): Plan['calls'] {
  const { filters } = river;
  const { list, data } = countCalls({ report, filters, selection, period, days: countDays(pulls) });
  const calls = { list: list === null ? null : list + (asksForData ? 1 : 0), data };
  // How many are left out is in the day's own lists, which only the run asks for.
  return river.prune ? { list: null, data: null } : calls;
}

/** The least time under the budget as it stands, and as it is shared. */
async function secondsOf(
  { list, data }: Plan['calls'],
  connection: Connection,
  budgets: Budgets | undefined,
  ahead: CallsAhead | undefined,
): Promise<number | null> {
  if (list === null || data === null) return null;
  const sentAgoMs = (await budgets?.sentOf(connection)) ?? [];
  const inUse = { alreadySent: sentAgoMs.map((ms) => -ms), others: ahead?.remaining ?? [] };
  return plannedTimeMs(list + data, connection.budget, inUse) / 1000;
}

/** What the filters come to, asking the API only for the lists that they need. */
async function select(
  connection: Connection,
  report: Report,
  river: River,
  reserve: Reserve | undefined,
): Promise<Selection> {
  const pages = await Promise.all(
    runListCalls(report, river.filters).map(async ({ call }) => ({
      call: call.key,
      ...fitListRows(await askList(connection, call, reserve), call),
    })),
  );
  return resolveSelection(report, river.filters, await readListAnswers(pages));
}

function warningsOfTrack(river: River, days: PlannedDays, track: LoadedDays | undefined, day: Day): string[] {
  if (!track || !river.period) return [];
  const { first, last } = resolvePeriod(river.period, day);
  const forgotten = between(stretchesOf(track.forgotten), { from: first, to: last });
  const otherwise = warnOfDaysLoadedOtherwise(track, river);
  return [
    ...(days.period === null
      ? [
          `Every day${forgotten.length > 0 ? ' that is not forgotten' : ''} is loaded and complete: there is nothing to pull.`,
        ]
      : []),
    ...forgotten.map(
      (stretch) =>
        `${rangeText(stretch)}: forgotten, and left out; \`${runCommand(river.name, { start: stretch.first, end: stretch.last }, false)}\` loads ${stretch.first === stretch.last ? 'it' : 'them'} again.`,
    ),
    ...(days.leavesIncomplete && days.period !== null
      ? ['Days that are not complete yet are left for a later run (load: append); only the run asks which.']
      : []),
    ...(otherwise === undefined ? [] : [`${otherwise}.`]),
  ];
}

function whatIsUnknown(
  report: Report,
  river: River,
  calls: Plan['calls'],
  selection: Selection | undefined,
  { budgets, whyNone = 'Nobody serves the budget' }: PlanOptions,
): string[] {
  const unknown: string[] = [];
  if (!budgets) {
    const lists =
      selection || calls.data === 0 ? '' : ', and what depends on the lists of the API is not known';
    unknown.push(`${whyNone}, so nothing was asked: the budget is taken as free${lists}.`);
  }
  if (river.prune) {
    unknown.push(
      "How many calls prune leaves out stands in each day's own lists, which only the run asks for.",
    );
  } else if (selection && calls.data === null && report.time === 'campaigns') {
    unknown.push(
      'How many data calls there are depends on the campaigns of each day, which only the run asks for.',
    );
  }
  return unknown;
}

function whatOthersHide(ahead: CallsAhead | undefined): string[] {
  if (!ahead || ahead.unknown.length === 0) return [];
  const names = [...new Set(ahead.unknown)].join(', ');
  return [
    `How many calls a run under way of ${names} still has to make is not known, and not reckoned with.`,
  ];
}
