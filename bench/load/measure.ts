import knex from 'knex';
import { PageReader } from '#activities/read-page';
import type { AnswerRow, Call } from '#domain/call/call';
import { createFitter } from '#domain/column/fit-rows';
import type { WarehouseSetting } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { answersInHand } from '#optimove/answers-in-hand';
import { inTurns } from '#optimove/in-turns';
import { readInSteps } from '#optimove/read-answer';
import type { RequestInfo } from '#optimove/reply';
import { type OpenWarehouse, openWarehouse } from '#warehouse/open-warehouse';
import { columns, day, type PageOfCall, pagesOf, river } from './pages.ts';

export interface Figures {
  readonly rows: number;
  /** Making the pages is not counted. */
  readonly milliseconds: number;
  /** Left out where another program did the work. */
  readonly peakKilobytes?: number;
  readonly baseKilobytes?: number;
  /** What River's process has computed, without the database's. */
  readonly processorMs?: number;
}

type Client = WarehouseSetting['client'];

/** As many calls as a connection has in flight. */
const pagesAtOnce = 8;

/** Pages read, fitted and staged as a worker does it, then their chunk committed: twice, of which the second replaces the first. */
export async function measureRiver(
  client: Client,
  connection: string,
  rows: number,
  { books, beforeSecond }: { readonly books?: string; beforeSecond?(): Promise<unknown> } = {},
): Promise<Figures> {
  const warehouse = await openWarehouse(settingOf(client, connection, `river_${rows}`, books));
  const first = await loadOnce(warehouse, 'first', rows);
  await beforeSecond?.();
  const figures = await loadOnce(warehouse, 'second', rows);
  await warehouse.close();
  return { ...figures, baseKilobytes: first.baseKilobytes, peakKilobytes: process.resourceUsage().maxRSS };
}

async function loadOnce(
  warehouse: OpenWarehouse,
  runId: string,
  rows: number,
): Promise<{ rows: number; milliseconds: number; baseKilobytes: number }> {
  const chunk = { key: `${day}/${day}`, start: day, end: day };
  const period = { start: day, end: day };
  await warehouse.recordRun(aRun(runId, period), [chunk], { columns, key: [], dayColumn: 'date' });
  const target = { columns, key: [], table: await warehouse.readTargetTable(river.target.table) };
  const baseKilobytes = process.resourceUsage().maxRSS;
  let milliseconds = 0;
  const counted = async (work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    milliseconds += performance.now() - began;
  };

  const slices = new Map<string, { slice: string; calls: number; rows: number }>();
  const pack = await warehouse.readPacker();
  let makingMs = 0;
  const made = pagesOf(rows);
  const next = (): PageOfCall | undefined => {
    const began = performance.now();
    const { value } = made.next();
    makingMs += performance.now() - began;
    return value ?? undefined;
  };
  const load = async ({ body, call, page, last }: PageOfCall) => {
    const slice = String(call.parameters.RecipientGroupID);
    const leave = await answersInHand.enter(body.length);
    const begin = () => new PageReader({ fitter: createFitter(call, target), pack });
    let reader = begin();
    const take = () => {
      reader = begin();
      return (some: readonly AnswerRow[]) => reader.take(some);
    };
    const reply = { status: 200, headers: {}, body };
    const answer = await inTurns(readInSteps(reply, infoOf(call), { now: Date.now() }, take));
    const { fitted, count } = reader.finish(answer.rows);
    const before = slices.get(slice) ?? { slice, calls: 0, rows: 0 };
    slices.set(slice, { slice, calls: before.calls + Number(last), rows: before.rows + count });
    const { fingerprint } = answer;
    const staged = { slice, call: call.key, page, last, status: 200, fingerprint, day, ...fitted };
    const request = {
      at: new Date().toISOString(),
      call: call.key,
      status: 200,
      rows: count,
      bytes: body.length,
      milliseconds: performance.now(),
      outcome: 'answered' as const,
    };
    await warehouse.stagePage(runId, chunk.key, { ...staged, received: count }, [request]);
    leave();
  };
  const lane = async () => {
    for (let page = next(); page !== undefined; page = next()) await load(page);
  };
  await counted(() => Promise.all(Array.from({ length: pagesAtOnce }, lane)));
  milliseconds -= makingMs;
  await counted(async () => {
    const outcome = await warehouse.storeChunk(runId, chunk.key, {
      slices: [...slices.values()],
      listSlices: [],
      warnings: [],
      scope: { column: 'date', start: day, end: day },
    });
    if (outcome.outcome !== 'loaded' || outcome.rows !== rows) throw new Error(JSON.stringify(outcome));
  });
  await warehouse.endRun(runId, 'succeeded', new Date().toISOString());
  return { rows, milliseconds, baseKilobytes };
}

const aRun = (runId: string, period: { start: string; end: string } | null) => ({
  runId,
  workflowId: runId,
  river,
  period,
  day,
  startedAt: new Date().toISOString(),
  selection: null,
  retryOf: null,
  ownFilters: false,
});

/**
 * What one would write with Knex alone, into the same table with the same index: each page parsed and made objects, which
 * `knex.batchInsert` inserts in one transaction, after it has deleted the older rows.
 */
export async function measureBatchInsert(client: Client, connection: string, rows: number): Promise<Figures> {
  const setting = settingOf(client, connection, undefined);
  const database = knex({
    client,
    connection: setting.connection.reveal() as string,
    useNullAsDefault: true,
  });
  const warehouse = await openWarehouse(setting);
  await warehouse.recordRun(aRun('batch', null), [], { columns, key: [], dayColumn: 'date' });
  await warehouse.endRun('batch', 'succeeded', new Date().toISOString());
  await warehouse.close();
  const baseKilobytes = process.resourceUsage().maxRSS;
  const names = columns.filter(({ from }) => from === 'attribute').map(({ name }) => name);
  const load = async (): Promise<number> => {
    let milliseconds = 0;
    const transaction = await database.transaction();
    const counted = async (work: () => Promise<unknown>) => {
      const began = performance.now();
      await work();
      milliseconds += performance.now() - began;
    };
    await counted(() => transaction(river.target.table).where({ _river: 'bench', date: day }).delete());
    const provenance = {
      _river: 'bench',
      _run_id: 'batch',
      _chunk: `${day}/${day}`,
      _loaded_at: new Date().toISOString(),
    };
    for (const { body, call } of pagesOf(rows)) {
      await counted(async () => {
        const answer = JSON.parse(body.toString()) as { CustomerID: string; CustomerAttributes: string[] }[];
        const objects = answer.map(({ CustomerID, CustomerAttributes }) => ({
          ...call.stamps,
          customer_id: CustomerID,
          ...Object.fromEntries(names.map((name, at) => [name, CustomerAttributes[at]])),
          ...provenance,
        }));
        // SQLite takes no statement of more than 500 rows.
        await transaction.batchInsert(river.target.table, objects, client === 'pg' ? 1_000 : 500);
      });
    }
    await counted(() => transaction.commit());
    return milliseconds;
  };
  await load();
  const milliseconds = await load();
  await database.destroy();
  return { rows, milliseconds, peakKilobytes: process.resourceUsage().maxRSS, baseKilobytes };
}

const infoOf = (call: Call): RequestInfo => ({
  connection: 'bench',
  url: '',
  kind: 'data',
  answer: { columns, isGuessed: false },
  description: call.key,
  facts: {},
  longestWindowMs: 3_600_000,
  digest: String,
  hide: String,
});

/** `connection` is a URL, or a file of SQLite's; `books` is another such file. */
function settingOf(
  client: Client,
  connection: string,
  schema: string | undefined,
  books?: string,
): WarehouseSetting {
  const given = {
    pg: connection,
    'better-sqlite3': { filename: connection },
    bigquery: { projectId: 'river', apiEndpoint: connection },
    snowflake: {
      ...{ account: 'river', accessUrl: connection, database: 'RIVER' },
      ...{ username: 'river', password: 'none' },
    },
  }[client];
  const common = {
    name: 'bench',
    client,
    connection: new Secret(given),
    schema,
    keepCallsForMs: 90 * 86_400_000,
  };
  if (books === undefined) return common;
  return { ...common, books: { ...settingOf('better-sqlite3', books, undefined), name: 'books' } };
}
