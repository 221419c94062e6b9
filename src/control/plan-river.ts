import { plannedTimeMs } from '#domain/budget/least-time';
import { countCalls } from '#domain/call/count-calls';
import { readListAnswers, runListCalls } from '#domain/call/list-calls';
import { resolveSelection, type Selection } from '#domain/call/selection';
import { findReport } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import { fitListRows } from '#domain/column/fit-rows';
import { type ColumnAhead, listColumnsAhead } from '#domain/column/river-table';
import { ConfigurationError, PassingError } from '#domain/errors';
import type { DateRange, Day } from '#domain/period/date-range';
import { resolveDay, resolveZone } from '#domain/period/resolve-day';
import type { Configuration, Connection } from '#domain/river/configuration';
import { effectiveReport } from '#domain/river/overrides';
import type { River } from '#domain/river/river';
import { sharedTables } from '#domain/river/shared-table';
import { isTracked, type LoadedDays } from '#domain/run/loaded-days';
import { countDays, type PlannedDays, planChunks, planDays } from '#domain/run/plan-run';
import { countJobsAhead, type JobsAhead } from '#warehouse/cloud/jobs-ahead';
import type { OpenWarehouse } from '#warehouse/open-warehouse';
import { askList, type Reserve } from './ask-api.ts';
import { warnOfColumnChanges, warnOfWaitingColumns } from './column-changes.ts';
import { planWarnings } from './plan-warnings.ts';
import type { CallsAhead } from './shared-budget.ts';

/** What a run of a river would do. What is only known once it runs is null. */
export interface Plan {
  readonly river: string;
  readonly report: string;
  /** The instant it is planned for, ISO 8601. */
  readonly at: string;
  /** The run's day. */
  readonly day: Day;
  readonly period: DateRange | null;
  readonly chunks: readonly { readonly start: Day | null; readonly end: Day | null }[];
  /** Each call counts as one page: the number of pages is only known from the answers. */
  readonly calls: { readonly list: number | null; readonly data: number | null };
  /** How many calls the runs under way on the connection still have to make: this run would share the budget with them. */
  readonly callsAhead: number;
  /** How long the calls take at least under the budget as it is now. */
  readonly seconds: number | null;
  readonly finishesAt: string | null;
  /** What the warehouse is asked, where each question costs something: BigQuery bills it, and Snowflake wakes for it. */
  readonly jobs?: JobsAhead;
  /** The columns of the table as they will be, as far as they are known before the answers. */
  readonly columns: readonly ColumnAhead[];
  /** What is left out, would stand in the table twice or was loaded with other settings; and what could not be found out, and why. */
  readonly warnings: readonly string[];
}

export interface PlanOptions {
  /** ISO 8601. */
  readonly at: string;
  /** The connections' budgets; without them the API is not called, and the budget counts as unused. */
  readonly budgets?: Budgets;
  /** Why there are none; begins a sentence. */
  readonly whyNone?: string;
}

export interface Budgets {
  /** Asks the budget of a connection. */
  reserveOf(connection: string): Reserve;
  /** How long ago calls were sent that still count, in milliseconds. */
  sentOf(connection: Connection): Promise<readonly number[]>;
  /** How many calls other runs still have to make; `isOn` says whether a river uses the connection. */
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
    throw new ConfigurationError(`River ${river.name} names a connection or a report that does not exist.`);
  const report = effectiveReport(declared, river.overrides);
  const day = resolveDay(options.at, resolveZone(river.period, river.schedule));
  const loadedDays = isTracked(river, report) ? await readLoadedDays(configuration, river) : undefined;
  const days = planDays(river, report, day, loadedDays);
  const { period } = days;
  const chunks = planChunks(river, report, days.pulls);
  const { budgets } = options;
  const selection =
    chunks.length > 0 && (budgets || runListCalls(report, river.filters).length === 0)
      ? await readSelection(connection, report, river, budgets?.reserveOf(connection.name))
      : undefined;
  const calls = chunks.length > 0 ? countPlanCalls(report, river, selection, days) : { list: 1, data: 0 };
  const ahead = await budgets?.callsAhead(
    (name) => configuration.rivers.get(name)?.connection === connection.name,
  );
  const seconds = await leastSeconds(calls, connection, budgets, ahead);
  const { warehouse, load } = river.target;
  const jobs = countJobsAhead(configuration.warehouses.get(warehouse)?.client, load, chunks.length);
  return {
    river: river.name,
    report: river.report,
    at: options.at,
    day,
    period,
    chunks: chunks.map(({ start, end }) => ({ start, end })),
    calls,
    callsAhead: ahead?.remaining.reduce((sum, each) => sum + each, 0) ?? 0,
    seconds,
    finishesAt: seconds === null ? null : new Date(Date.parse(options.at) + seconds * 1000).toISOString(),
    ...(jobs && { jobs }),
    columns: listColumnsAhead(report, river),
    warnings: [
      ...days.warnings.map(({ message }) => message),
      ...sharedTables(configuration)
        .filter(({ rivers }) => rivers.includes(river.name))
        .map(({ warning }) => `${warning}.`),
      ...warnOfWaitingColumns(river).map((warning) => `${warning}.`),
      ...(await columnWarnings(configuration, river, loadedDays !== undefined)),
      ...planWarnings({
        river,
        report,
        day,
        days,
        loadedDays,
        calls,
        ...(selection && { selection }),
        ...(!budgets && { whyNotAsked: options.whyNone ?? 'No worker is running' }),
        riversUnknown: ahead?.unknown ?? [],
      }),
    ],
  };
}

function countPlanCalls(
  report: Report,
  river: River,
  selection: Selection | undefined,
  { period, pulls, asksForData }: PlannedDays,
): Plan['calls'] {
  const { filters } = river;
  const { list, data } = countCalls({ report, filters, selection, period, days: countDays(pulls) });
  const calls = { list: list === null ? null : list + (asksForData ? 1 : 0), data };
  // How many calls prune leaves out depends on each day's lists, which only the run asks for.
  return river.prune ? { list: null, data: null } : calls;
}

/** The least time under the budget as it is now, shared with the runs under way. */
async function leastSeconds(
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

/** Resolves the filters; calls the API only for the lists that they need. */
export async function readSelection(
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

/**
 * How the columns are chosen otherwise than for the rows that are there. The warehouse is asked for it only where the river chooses
 * columns or is tracked; the plan of a river that is not tracked does without it.
 */
async function columnWarnings(
  configuration: Configuration,
  river: River,
  tracked: boolean,
): Promise<string[]> {
  if (!tracked && river.columns === undefined) return [];
  try {
    const changes = await askWarehouse(configuration, river, (warehouse) =>
      warnOfColumnChanges(warehouse, configuration, river),
    );
    return changes.map((each) => `${each}.`);
  } catch (error) {
    if (tracked || !(error instanceof PassingError)) throw error;
    return [`Whether the rows that are there have other columns is not known: ${error.message}`];
  }
}

/** The days that a river has loaded, by its warehouse; changes nothing there. */
const readLoadedDays = (configuration: Configuration, river: River): Promise<LoadedDays> =>
  askWarehouse(configuration, river, (warehouse) => warehouse.readLoadedDays(river.name, river.target.table));

async function askWarehouse<T>(
  { warehouses }: Configuration,
  { name, target }: River,
  ask: (warehouse: OpenWarehouse) => Promise<T>,
): Promise<T> {
  const setting = warehouses.get(target.warehouse);
  if (!setting) throw new ConfigurationError(`River ${name} names a warehouse that does not exist.`);
  const { openWarehouse } = await import('#warehouse/open-warehouse');
  const warehouse = await openWarehouse(setting, { onlyReads: true });
  try {
    return await ask(warehouse);
  } finally {
    await warehouse.close();
  }
}
