import knex from 'knex';
import { fitRows } from '#domain/column/fit-rows';
import type { WarehouseSetting } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { parseJson } from '#optimove/parse-json';
import { openWarehouse } from '#warehouse/open-warehouse';
import { columns, day, type PageOfCall, pagesOf, river } from './pages.ts';

export interface Figures {
  readonly rows: number;
  /** Making the pages is not counted. */
  readonly milliseconds: number;
  readonly peakKilobytes: number;
  readonly baseKilobytes: number;
}

type Client = WarehouseSetting['client'];

/** Pages read, fitted and staged one after the other, then their chunk committed. */
export async function measureRiver(client: Client, connection: string, rows: number): Promise<Figures> {
  const runId = `run-${rows}`;
  const chunk = { key: `${day}/${day}`, start: day, end: day };
  const warehouse = await openWarehouse(settingOf(client, connection, `river_${rows}`));
  const period = { start: day, end: day };
  await warehouse.recordRun(
    {
      runId,
      workflowId: runId,
      river,
      period,
      day,
      startedAt: new Date().toISOString(),
      selection: null,
      retryOf: null,
      ownFilters: false,
    },
    [chunk],
    { columns, key: [], dayColumn: 'date' },
  );
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
      const fitted = fitRows(rowsOf(page), page.call, target);
      const slice = String(page.call.parameters.RecipientGroupID);
      const before = slices.get(slice) ?? { slice, calls: 0, rows: 0 };
      slices.set(slice, {
        slice,
        calls: before.calls + Number(page.last),
        rows: before.rows + fitted.rows.length,
      });
      const { page: number, last, body } = page;
      await warehouse.stagePage(
        runId,
        chunk.key,
        {
          slice,
          call: page.call.key,
          page: number,
          last,
          status: 200,
          fingerprint: '',
          received: fitted.rows.length,
          day,
          ...fitted,
        },
        [
          {
            at: new Date().toISOString(),
            call: page.call.key,
            status: 200,
            rows: fitted.rows.length,
            bytes: body.length,
            milliseconds: performance.now(),
            outcome: 'answered',
          },
        ],
      );
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
  await warehouse.close();
  return { rows, milliseconds, peakKilobytes: process.resourceUsage().maxRSS, baseKilobytes };
}

/** The same rows as objects, ready in memory, through `knex.batchInsert` into the same table with the same index. */
export async function measureBatchInsert(client: Client, connection: string, rows: number): Promise<Figures> {
  const setting = settingOf(client, connection, undefined);
  const database = knex({
    client,
    connection: setting.connection.reveal() as string,
    useNullAsDefault: true,
  });
  const warehouse = await openWarehouse(setting);
  const run = {
    runId: 'batch',
    workflowId: 'batch',
    river,
    period: null,
    day,
    startedAt: new Date().toISOString(),
    selection: null,
    retryOf: null,
    ownFilters: false,
  };
  await warehouse.recordRun(run, [], { columns, key: [], dayColumn: 'date' });
  await warehouse.endRun('batch', 'succeeded', new Date().toISOString());
  const target = { columns, key: [], table: await warehouse.readTargetTable(river.target.table) };
  const baseKilobytes = process.resourceUsage().maxRSS;
  const objects: Record<string, unknown>[] = [];
  const loadedAt = new Date().toISOString();
  const provenance = { _river: 'bench', _run_id: 'batch', _chunk: `${day}/${day}`, _loaded_at: loadedAt };
  for (const page of pagesOf(rows)) {
    const fitted = fitRows(rowsOf(page), page.call, target);
    for (const row of fitted.rows) {
      const fields = fitted.columns.map((name, at) => [name, row[at]] as const);
      objects.push({ ...Object.fromEntries(fields), ...provenance });
    }
  }
  const began = performance.now();
  // SQLite takes no statement of more than 500 rows.
  await database.batchInsert(river.target.table, objects, client === 'pg' ? 1_000 : 500);
  const milliseconds = performance.now() - began;
  await warehouse.close();
  await database.destroy();
  return { rows, milliseconds, peakKilobytes: process.resourceUsage().maxRSS, baseKilobytes };
}

function rowsOf({ body }: PageOfCall): unknown[] {
  return parseJson(body.toString()) as unknown[];
}

function settingOf(client: Client, connection: string, schema: string | undefined): WarehouseSetting {
  const given = client === 'pg' ? connection : { filename: connection };
  return { name: 'bench', client, connection: new Secret(given), schema, keepCallsForMs: 90 * 86_400_000 };
}
