import type { RequestRecord } from '#domain/call/call-history';
import type { Chunk } from '#domain/chunk/chunk';
import type { Column, ColumnType, Value } from '#domain/column/column';
import { fitRows } from '#domain/column/fit-rows';
import type { TableShape } from '#domain/column/river-table';
import { RiverSetting } from '#domain/river/river';
import type { CommitOutcome, CommitRequest, StagedPage } from '#domain/run/staged-page';
import type { NewRun } from '#domain/run/stored-run';
import type { OpenWarehouse } from '#warehouse/open-warehouse';

/** A run of the river `sample` into the table `sample`; `target` is laid over its own. */
export function aRun(
  changes: Partial<Omit<NewRun, 'river'>> & { river?: string; target?: Record<string, unknown> } = {},
): NewRun {
  const { river = 'sample', target, ...rest } = changes;
  return {
    runId: 'run-1',
    workflowId: 'workflow-1',
    river: {
      name: river,
      ...RiverSetting.parse({
        report: 'customers-by-action',
        connection: 'main',
        target: { warehouse: 'test', table: 'sample', ...target },
      }),
    },
    period: { start: '2026-01-01', end: '2026-01-04' },
    day: '2026-01-10',
    startedAt: '2026-01-10T06:00:00.000Z',
    selection: null,
    retryOf: null,
    ownFilters: false,
    ...rest,
  };
}

/** 1 to 2 and 3 to 4 January. */
export const twoChunks: readonly [Chunk, Chunk] = [
  aChunk('2026-01-01', '2026-01-02'),
  aChunk('2026-01-03', '2026-01-04'),
];

export function aChunk(start: string, end: string): Chunk {
  return { key: `${start}/${end}`, start, end };
}

/** A day, an integer and a text. */
export const sampleShape: TableShape = {
  columns: [aColumn('date', 'date'), aColumn('action_id', 'integer'), aColumn('customer_id', 'text')],
  key: ['date', 'action_id', 'customer_id'],
  dayColumn: 'date',
};

export function aColumn(name: string, type: ColumnType): Column {
  return { name, type, from: 'answer', source: name };
}

type Rows = readonly (readonly Value[])[];

/** The one page of a call, in the sample's columns unless it says others; its day is that of its first row. */
export function aPage(rows: Rows, changes: Partial<StagedPage> = {}): StagedPage {
  const { columns = ['date', 'action_id', 'customer_id'] } = changes;
  const day = rows[0]?.[columns.indexOf('date')];
  return {
    slice: '0',
    call: 'GetSample?Date=2026-01-01',
    page: 0,
    last: true,
    status: 200,
    fingerprint: 'f',
    received: rows.length,
    day: typeof day === 'string' ? day : null,
    columns,
    rows,
    types: { date: 'date', action_id: 'integer', customer_id: 'text' },
    ...changes,
  };
}

let requests = 0;

/** A request that was answered; each one a millisecond after the one before. */
export function aRequest(changes: Partial<RequestRecord> = {}): RequestRecord {
  requests += 1;
  return {
    at: new Date(Date.UTC(2026, 0, 10, 6) + requests).toISOString(),
    call: 'GetSample?Date=2026-01-01',
    status: 200,
    rows: 1,
    bytes: 100,
    milliseconds: 12.5,
    outcome: 'answered',
    ...changes,
  };
}

/** What is asked of a commit where slice 0 made this many calls that brought this many rows. */
export function aCommit(chunk: Chunk, rows: number, changes: Partial<CommitRequest> = {}): CommitRequest {
  const { start, end } = chunk;
  return {
    slices: [{ slice: '0', calls: 1, rows }],
    listSlices: [],
    warnings: [],
    scope: start === null || end === null ? null : { column: 'date', start, end },
    ...changes,
  };
}

/** Stages these rows as what one call brought, a page for each of their days, fitted to the table as it is where it can hold them. */
export async function stageRows(
  warehouse: OpenWarehouse,
  runId: string,
  chunk: Chunk,
  rows: Rows,
  changes: Partial<StagedPage> = {},
): Promise<void> {
  const pages = [...Map.groupBy(rows, ([day]) => day).values()];
  if (pages.length === 0) pages.push([]);
  const table = await warehouse.readTargetTable('sample');
  const { types: known } = aPage([]);
  const types = Object.fromEntries(
    Object.entries(known).map(([name, type]) => [name, table.find(name)?.declared ?? type]),
  );
  for (const [page, ofDay] of pages.entries()) {
    const last = page === pages.length - 1;
    const requests = page === 0 ? [aRequest()] : [];
    await warehouse.stagePage(
      runId,
      chunk.key,
      aPage(ofDay, { page, last, types, extras: [], ...changes }),
      requests,
    );
  }
}

/** Opens the run, then stages and commits these rows as the one page of each chunk. */
export async function loadRows(
  warehouse: OpenWarehouse,
  run: NewRun,
  chunks: readonly (readonly [Chunk, Rows])[],
): Promise<void> {
  await warehouse.recordRun(
    run,
    chunks.map(([chunk]) => chunk),
    sampleShape,
  );
  for (const [chunk, rows] of chunks) {
    await warehouse.markPulling(run.runId, chunk.key);
    await stageRows(warehouse, run.runId, chunk, rows);
    await warehouse.storeChunk(run.runId, chunk.key, aCommit(chunk, rows.length));
  }
}

/** Pages of answers as they came; the day of the chunk is stamped on their rows. */
export type Answers = readonly (readonly Record<string, unknown>[])[];

/** Stages these pages of one call, fitted to the table as it is now, and says what a commit is asked. */
export async function stageAnswers(
  warehouse: OpenWarehouse,
  run: NewRun,
  chunk: Chunk,
  pages: Answers,
  { columns, key }: Pick<TableShape, 'columns' | 'key'>,
): Promise<CommitRequest> {
  const call = { key: 'GetSample?Date=2026-01-01', stamps: { date: chunk.start } };
  const target = { columns, key, table: await warehouse.readTargetTable(run.river.target.table) };
  await warehouse.markPulling(run.runId, chunk.key);
  let rows = 0;
  for (const [page, answer] of pages.entries()) {
    const fitted = fitRows(answer, call, target);
    rows += fitted.rows.length;
    await warehouse.stagePage(
      run.runId,
      chunk.key,
      {
        ...aPage([]),
        page,
        last: page === pages.length - 1,
        received: answer.length,
        day: chunk.start,
        ...fitted,
      },
      [aRequest()],
    );
  }
  return aCommit(chunk, rows, { key });
}

/** Opens the run, then pulls and commits each chunk: its pages as the API would answer them. */
export async function loadAnswers(
  warehouse: OpenWarehouse,
  run: NewRun,
  chunks: readonly (readonly [Chunk, Answers])[],
  shape: TableShape,
): Promise<CommitOutcome[]> {
  await warehouse.recordRun(
    run,
    chunks.map(([chunk]) => chunk),
    shape,
  );
  const outcomes: CommitOutcome[] = [];
  for (const [chunk, pages] of chunks) {
    const commit = await stageAnswers(warehouse, run, chunk, pages, shape);
    outcomes.push(await warehouse.storeChunk(run.runId, chunk.key, commit));
  }
  return outcomes;
}
