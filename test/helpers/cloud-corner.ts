import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { WarehouseSetting } from '#domain/river/configuration';
import type { LoadMode } from '#domain/river/target';
import { Secret } from '#domain/secret';
import { type OpenWarehouse, openWarehouse, type WarehouseOptions } from '#warehouse/open-warehouse';
import { withFolder } from './folder.ts';
import { aRun } from './load-modes.ts';

type Rows = Record<string, unknown>[];

/** A schema of its own in a warehouse in the cloud, whose books are a file of SQLite. */
export interface Corner {
  readonly setting: WarehouseSetting;
  readonly warehouse: OpenWarehouse;
  readonly schema: string;
  open(options?: WarehouseOptions): Promise<OpenWarehouse>;
  /** How many rows the table has of each run. */
  counted(): Promise<Record<string, number>>;
}

/** `begin` gets the setting, and what it then calls with a way to ask the warehouse past River. */
export async function withCorner<T>(
  client: WarehouseSetting['client'],
  connection: unknown,
  begin: (
    setting: WarehouseSetting,
    inCorner: (ask: (sql: string) => Promise<Rows>, use: (corner: Corner) => Promise<T>) => Promise<T>,
  ) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const schema = `test_${randomBytes(6).toString('hex')}`;
    const common = { keepCallsForMs: 90 * 86_400_000 };
    const setting: WarehouseSetting = {
      ...common,
      name: 'cloud',
      client,
      connection: new Secret(connection),
      schema,
      books: {
        ...common,
        name: 'books',
        client: 'better-sqlite3',
        connection: new Secret({ filename: join(folder, 'books.db') }),
        schema: undefined,
      },
    };
    return begin(setting, async (ask, use) => {
      const opened: OpenWarehouse[] = [];
      const open = async (options?: WarehouseOptions) => {
        const warehouse = await openWarehouse(setting, options);
        opened.push(warehouse);
        return warehouse;
      };
      try {
        const counted = async () => {
          const name = client === 'snowflake' ? '"SAMPLE"' : 'sample';
          const rows = await ask(
            `select _run_id as run, count(*) as counted from ${schema}.${name} group by 1`,
          );
          return Object.fromEntries(rows.map(({ run, counted }) => [String(run), Number(counted)]));
        };
        return await use({ setting, warehouse: await open(), schema, open, counted });
      } finally {
        await Promise.all(opened.map((warehouse) => warehouse.close()));
      }
    });
  });
}

export const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, at) => [at % 2 ? '2026-01-01' : '2026-01-02', at, `c${at}`] as const);

export const cornerRun = (runId: string, load: LoadMode) =>
  aRun({
    runId,
    workflowId: `w-${runId}`,
    target: { load, ...(load === 'merge' && { key: ['date', 'action_id', 'customer_id'] }) },
  });
