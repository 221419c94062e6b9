/**
 * The first rows of a river, as its table would have them: one data call, and before it the lists that the call needs. What the
 * river leaves out or hashes is taken out as in a run, before anything is shown. No table and no manifest is touched.
 */

import type { AnswerRow, Call } from '#domain/call/call';
import { type Discovered, planListCalls, readDiscovered } from '#domain/call/discovery';
import { refusableParameter, refusal } from '#domain/call/no-rows';
import { type DataPlan, listSlices, planDataCalls } from '#domain/call/plan-calls';
import type { Selection } from '#domain/call/selection';
import { findReport } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import { type Chunk, chunkWithoutDays, createChunk } from '#domain/chunk/chunk';
import { planColumns } from '#domain/column/chosen-columns';
import { freeName, type StoredType, snakeCase, type Value } from '#domain/column/column';
import { type Extra, type FittedRows, fitListRows, fitRows } from '#domain/column/fit-rows';
import { type ColumnAhead, listColumns, listColumnsAhead, listKeyColumns } from '#domain/column/river-table';
import type { FieldKind } from '#domain/column/table-type';
import { ConfigurationError, RefusedError } from '#domain/errors';
import { addDays, type DateRange, type Day } from '#domain/period/date-range';
import { resolveDay, resolveZone } from '#domain/period/resolve-day';
import { resolvePeriod } from '#domain/period/resolve-period';
import type { Configuration, Connection } from '#domain/river/configuration';
import { effectiveReport } from '#domain/river/overrides';
import type { River } from '#domain/river/river';
import { askList, askOnce, type Reserve } from './ask-api.ts';
import { readSelection } from './plan-river.ts';

/** A column of the preview. */
export interface PreviewColumn extends ColumnAhead {
  /** No report declares it: the answer has brought it. */
  readonly undeclared?: true;
}

export interface Preview {
  readonly river: string;
  readonly report: string;
  /** The day that was asked for; null for a report without days. */
  readonly day: Day | null;
  /** The data call that was sent; null where the day has no campaign to call for. */
  readonly call: string | null;
  readonly columns: readonly PreviewColumn[];
  /** By the columns' names. */
  readonly rows: readonly Readonly<Record<string, Value>>[];
  readonly warnings: readonly string[];
}

export interface PreviewOptions {
  /** ISO 8601: the day of a run that began now decides the period. */
  readonly at: string;
  /** How many rows at most. */
  readonly rows: number;
  /** Asks the budget; left out where no worker sends calls. */
  readonly reserve: Reserve | undefined;
}

/** At most so many lists of a day are asked for until one has a campaign. */
const campaignListsAtMost = 10;

export async function previewRiver(
  configuration: Configuration,
  river: River,
  { at, rows: limit, reserve }: PreviewOptions,
): Promise<Preview> {
  const connection = configuration.connections.get(river.connection);
  const declared = findReport(river.report);
  if (!connection || !declared)
    throw new ConfigurationError(`River ${river.name} names a connection or a report that does not exist.`);
  const report = effectiveReport(declared, river.overrides);
  const runDay = resolveDay(at, resolveZone(river.period, river.schedule));
  const period = river.period ? resolvePeriod(river.period, runDay) : null;
  const selection = await readSelection(connection, report, river, reserve);
  const asking = { connection, report, river, selection, runDay, reserve };
  const planned = await planCall(asking, period && chooseDay(period, runDay), period);
  const answered = planned.call
    ? await askData(asking, planned.call, planned.day, limit)
    : { rows: [], warnings: [`No campaign was found up to ${planned.day}. Try another day: --day.`] };
  const call = planned.call ?? { key: '', stamps: {} };
  const fitted = fitPreview(answered.rows.slice(0, limit), call, report, river, configuration);
  const { columns, rows, warnings } = showColumns(fitted, report, river);
  return {
    river: river.name,
    report: report.slug,
    day: planned.day,
    call: planned.call?.key ?? null,
    columns,
    rows,
    warnings: [...answered.warnings, ...warnings],
  };
}

interface Asking {
  readonly connection: Connection;
  readonly report: Report;
  readonly river: River;
  readonly selection: Selection;
  readonly runDay: Day;
  readonly reserve: Reserve | undefined;
}

/** The last day of the period; where that is the run's day, which is not over, the day before. */
function chooseDay({ start, end }: DateRange, runDay: Day): Day {
  return end === runDay && start < end ? addDays(end, -1) : end;
}

/** The first data call of a day. A report of campaigns needs one: the day's lists say which, or those of the days before it. */
async function planCall(
  asking: Asking,
  last: Day | null,
  period: DateRange | null,
): Promise<{ readonly day: Day | null; readonly call: Call | undefined }> {
  const { report, selection } = asking;
  if (last === null || report.time !== 'campaigns')
    return { day: last, call: firstCall(asking, toChunk(last), []) };
  let asked = 0;
  for (let day = last; period && day >= period.start; day = addDays(day, -1)) {
    const chunk = toChunk(day);
    for (const list of planListCalls(report, selection, chunk)) {
      if (asked === campaignListsAtMost) return { day, call: undefined };
      asked += 1;
      const rows = await askList(asking.connection, list, asking.reserve);
      const page = { call: list.key, ...fitListRows(rows, list) };
      const call = firstCall(asking, chunk, await readDiscovered([toPages(page)]));
      if (call) return { day, call };
    }
  }
  return { day: last, call: undefined };
}

async function* toPages<T>(page: T): AsyncGenerator<T> {
  yield page;
}

const toChunk = (day: Day | null): Chunk => (day === null ? chunkWithoutDays : createChunk(day, day));

/** Of several recipient groups the second, RecipientGroupID 1: Optimove's examples have rows there. */
function firstCall(
  { report, river, selection, runDay }: Asking,
  chunk: Chunk,
  discovered: readonly Discovered[],
): Call | undefined {
  const { data } = listSlices(report, false);
  const plan: Omit<DataPlan, 'slice'> = { report, river, selection, chunk, discovered, runDay };
  const [first] = planDataCalls({ ...plan, slice: data[1] ?? data[0] ?? 'all' });
  return first;
}

/** The data call. In a run a recipient group that is refused has no rows where another one is answered; this asks for one only. */
async function askData(
  { connection, report, reserve }: Asking,
  call: Call,
  day: Day | null,
  limit: number,
): Promise<{ readonly rows: readonly AnswerRow[]; readonly warnings: readonly string[] }> {
  const page = call.pages ? { top: Math.min(limit, connection.pageSize), skip: 0 } : undefined;
  try {
    const rows = await askOnce(connection, call, reserve, page);
    const other = day === null ? '' : ' Another day (--day) or another choice (--filter) may have some.';
    return { rows, warnings: rows.length === 0 ? [`The call has no rows.${other}`] : [] };
  } catch (error) {
    const parameter = refusableParameter(report);
    if (parameter === undefined || !(error instanceof RefusedError) || error.facts.status !== refusal)
      throw error;
    const doubt = `It may be this ${parameter} or another parameter that is refused: a run tells, which asks for all of them.`;
    return { rows: [], warnings: [error.message, doubt] };
  }
}

/** Fits the rows to the columns that the river's table has when it is new. */
function fitPreview(
  rows: readonly AnswerRow[],
  call: Pick<Call, 'key' | 'stamps' | 'keep'>,
  report: Report,
  river: River,
  { salts }: Configuration,
): FittedRows {
  const { columns: choices, target } = river;
  const hash = (reference: string, text: string): string => {
    const salt = salts.get(reference);
    if (!salt) throw new RangeError(`no salt ${reference} was read`);
    return salt.hash(text);
  };
  return fitRows(rows, call, {
    columns: listColumns(report, river),
    // `fail` refuses a run's chunk; a preview shows what it would be refused for.
    ...(choices && {
      chosen: { choices, hash, drift: target.drift === 'ignore' ? 'ignore' : 'evolve' },
    }),
    key: listKeyColumns(report, river),
    table: { table: target.table, find: () => undefined },
  });
}

/** What the column of a field is made as that no report declares; a field without any value gets none yet. */
const typesOfFields: Readonly<Record<FieldKind, StoredType | undefined>> = {
  nothing: undefined,
  numbers: 'numeric',
  booleans: 'boolean',
  texts: 'text',
};

/** The columns of the fitted rows by their names, and what is to be said of those that no report declares. */
function showColumns(
  { columns: fittedNames, extras = [], rows }: FittedRows,
  report: Report,
  river: River,
): Pick<Preview, 'columns' | 'rows' | 'warnings'> {
  const { drift } = river.target;
  const ahead = new Map(listColumnsAhead(report, river).map((column) => [column.name, column]));
  const { stored } = planColumns(listColumns(report, river), river.columns);
  const waiting = new Map(stored.flatMap((column) => (column?.waits ? [[column.name, column]] : [])));
  const columns = fittedNames.map((name): PreviewColumn => {
    const known = ahead.get(name);
    if (known) return known;
    const column = waiting.get(name);
    const hashed = column?.salt === undefined ? {} : { hashed: true as const };
    return { name, type: column?.type ?? 'text', from: 'answer', undeclared: true, ...hashed };
  });
  const shown = columns.map((column, place) => ({ column, place }));
  const names = new Set(columns.map(({ name }) => name));
  const undeclared: string[] = [];
  extras.forEach((extra, at) => {
    const type = 'field' in extra ? typesOfFields[extra.kind] : 'text';
    if (type === undefined) return;
    const name = freeName(nameOfExtra(extra), (each) => names.has(each));
    names.add(name);
    undeclared.push(name);
    if (drift === 'ignore') return;
    const column: PreviewColumn = { name, type, from: 'answer', undeclared: true };
    shown.push({ column, place: fittedNames.length + at });
  });
  return {
    columns: shown.map(({ column }) => column),
    rows: rows.map((row) =>
      Object.fromEntries(shown.map(({ column, place }) => [column.name, row[place] ?? null])),
    ),
    warnings: undeclared.length === 0 ? [] : [describeUndeclared(undeclared, drift)],
  };
}

const nameOfExtra = (extra: Extra): string =>
  'field' in extra ? (extra.as ?? (snakeCase(extra.field) || 'field')) : `${extra.beside}__text`;

function describeUndeclared(names: readonly string[], drift: River['target']['drift']): string {
  const what = `The answer has fields that the report does not declare, or values that do not fit their column: ${names.join(', ')}`;
  switch (drift) {
    case 'evolve':
      return `${what}. A run adds these columns to the table.`;
    case 'ignore':
      return `${what}. A run leaves them out (drift: ignore).`;
    case 'fail':
      return `${what}. A run refuses the chunk for them (drift: fail).`;
  }
}
