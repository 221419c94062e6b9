import knex from 'knex';
import type { AnswerRow } from '#domain/call/call';
import { fingerprintRows } from '#domain/call/fingerprint';
import { fitRows } from '#domain/column/fit-rows';
import type { WarehouseSetting } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { parseJson } from '#optimove/parse-json';
import { type OpenWarehouse, openWarehouse } from '#warehouse/open-warehouse';
import { columns, day, type PageOfCall, pagesOf, river } from './pages.ts';

export interface Figures {
  readonly rows: number;
  /** Making the pages is not counted. */
  readonly milliseconds: number;
  /** Left out where another program did the work. */
  readonly peakKilobytes?: number;
  readonly baseKilobytes?: number;
}

type Client = WarehouseSetting['client'];

/** Pages read, fitted and staged one after the other, then their chunk committed: twice, of which the second replaces the first. */
export async function measureRiver(client: Client, connection: string, rows: number): Promise<Figures> {
  const warehouse = await openWarehouse(settingOf(client, connection, `river_${rows}`));
  const first = await loadOnce(warehouse, 'first', rows);
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
  for (const page of pagesOf(rows)) {
    await counted(async () => {
      const answer = rowsOf(page);
      const fingerprint = fingerprintRows(answer);
      const fitted = fitRows(answer, page.call, target);
      const slice = String(page.call.parameters.RecipientGroupID);
      const before = slices.get(slice) ?? { slice, calls: 0, rows: 0 };
      slices.set(slice, {
        slice,
        calls: before.calls + Number(page.last),
        rows: before.rows + fitted.rows.length,
      });
      const { page: number, last, body } = page;
      const staged = {
        slice,
        call: page.call.key,
        page: number,
        last,
        status: 200,
        fingerprint,
        day,
        ...fitted,
      };
      const request = {
        at: new Date().toISOString(),
        call: page.call.key,
        status: 200,
        rows: fitted.rows.length,
        bytes: body.length,
        milliseconds: performance.now(),
        outcome: 'answered' as const,
      };
      await warehouse.stagePage(runId, chunk.key, { ...staged, received: fitted.rows.length }, [request]);
    });
  }
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

function rowsOf({ body }: PageOfCall): AnswerRow[] {
  return parseJson(body.toString()) as AnswerRow[];
}

function settingOf(client: Client, connection: string, schema: string | undefined): WarehouseSetting {
  const given = client === 'pg' ? connection : { filename: connection };
  return { name: 'bench', client, connection: new Secret(given), schema, keepCallsForMs: 90 * 86_400_000 };
}
