import { RiverError, SchemaConflictError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import type { Filling, NameInTable } from './dbt-sources.ts';
import { answerInTime, closeInTime, type MissingWarehouse } from './manifests.ts';

/** What the columns of these rivers are called in their tables; of a warehouse that does not answer, as the report calls them. */
export async function readNamesInTables(
  { warehouses }: Configuration,
  fillings: readonly Filling[],
): Promise<{ readonly nameOf: NameInTable; readonly missing: readonly MissingWarehouse[] }> {
  const names = new Map<string, ReadonlyMap<string, string>>();
  const missing: MissingWarehouse[] = [];
  const byWarehouse = Map.groupBy(fillings, ({ river }) => river.target.warehouse);
  const all = [...byWarehouse].map(async ([name, filling]) => {
    const setting = warehouses.get(name);
    if (!setting) return;
    const { openWarehouse } = await import('#warehouse/open-warehouse');
    const warehouse = await openWarehouse(setting, { onlyReads: true });
    try {
      for (const { river, shape } of filling)
        names.set(
          river.name,
          await answerInTime(name, warehouse.readColumnNames(river.target.table, shape)).catch(
            nothingOfNoTable,
          ),
        );
    } catch (error) {
      if (!(error instanceof RiverError)) throw error;
      missing.push({ warehouse: name, why: error });
    } finally {
      await closeInTime(warehouse);
    }
  });
  await Promise.all(all);
  return { nameOf: (river, column) => names.get(river)?.get(column) ?? column, missing };
}

/** Where something else has the name of a river's table, the other tables are named as they are all the same. */
function nothingOfNoTable(error: unknown): ReadonlyMap<string, string> {
  if (error instanceof SchemaConflictError) return new Map();
  throw error;
}
