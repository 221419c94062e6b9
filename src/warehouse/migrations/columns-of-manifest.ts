import type { Knex } from 'knex';
import type { Tables } from '../dialect.ts';
import { migrations } from './index.ts';

/** What a migration calls to add a column. */
const columnKinds = new Set(['text', 'string', 'integer', 'bigInteger', 'boolean', 'double', 'specificType']);

/** The tables and columns that these migrations make, read off the migrations themselves. */
export async function columnsOfManifest(
  { dialect, schemaName, nameOf }: Tables,
  done: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const columns = new Map<string, string[]>();
  const note = (table: string, fill: (builder: Knex.CreateTableBuilder) => void) => {
    const noted = columns.get(table) ?? [];
    columns.set(table, noted);
    fill(heard((kind, [name]) => columnKinds.has(kind) && noted.push(String(name))));
  };
  const schema = { createTable: note, alterTable: note, table: note } as unknown as Knex.SchemaBuilder;
  const query = heard<Knex>(() => {});
  const noted = { dialect, schemaName, nameOf, query, from: () => query(''), schema: () => schema };
  for (const name of done) await migrations[name]?.(noted as unknown as Tables);
  return columns;
}

/** Takes every call, tells of the first in a chain, and does nothing. */
function heard<T extends object>(hear: (method: string, args: readonly unknown[]) => void): T {
  return new Proxy((() => heard(() => {})) as unknown as T, {
    get: (_target, method) =>
      method === 'then'
        ? undefined
        : (...args: unknown[]) => {
            hear(String(method), args);
            return heard(() => {});
          },
  });
}
