import type { Configuration, WarehouseSetting } from './configuration.ts';
import type { River } from './river.ts';

/** A target as far as it says which table it is. */
interface TableNamed {
  readonly warehouse?: string | undefined;
  readonly table?: string | undefined;
}

/**
 * Equal for two targets that are one table, as their database compares names; undefined where a part is missing. Two
 * warehouses are one database where client, connection and schema are equal: no database is asked.
 */
export function tableIdentity(
  { warehouse, table }: TableNamed,
  warehouses: ReadonlyMap<string, WarehouseSetting | undefined>,
): string | undefined {
  if (warehouse === undefined || table === undefined) return undefined;
  const setting = warehouses.get(warehouse);
  const database = setting
    ? [setting.client, sorted(setting.connection.reveal()), setting.schema]
    : [warehouse];
  return JSON.stringify([database, setting?.client === 'better-sqlite3' ? foldAscii(table) : table]);
}

/** Knex takes the keys of a connection in any order. */
const sorted = (connection: unknown): unknown =>
  typeof connection === 'object' && connection !== null ? Object.entries(connection).sort() : connection;

/** SQLite takes `CODES` for `codes`, and `Ä` not for `ä`. */
const foldAscii = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Rivers that bring the same rows into one table: the same report through the same connection. */
export interface SharedTable {
  readonly rivers: readonly string[];
  readonly warning: string;
}

/** Says of rivers that pull the same into one table that rows which several of them pull stand there several times. */
export function sharedTables({ rivers, warehouses }: Configuration): SharedTable[] {
  const together = new Map<string, River[]>();
  for (const river of rivers.values()) {
    const key = JSON.stringify([tableIdentity(river.target, warehouses), river.report, river.connection]);
    together.set(key, [...(together.get(key) ?? []), river]);
  }
  return [...together.values()].flatMap((sharing) => {
    const [first] = sharing;
    if (!first || sharing.length === 1) return [];
    const names = sharing.map(({ name }) => name);
    return [
      {
        rivers: names,
        warning: `${listed(names)} pull ${first.report} through the connection ${first.connection} into ${first.target.table}: rows that several of them pull stand there once for each, told apart by _river`,
      },
    ];
  });
}

const listed = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
