import { findReport } from '../catalogue/index.ts';
import type { Configuration, WarehouseSetting } from './configuration.ts';
import type { Problem, Show } from './problem.ts';
import type { River, RiverPart } from './river.ts';

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

/** Warns of rivers that pull the same report into one table: rows that several of them pull are in it several times. */
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

/**
 * Rivers that cannot share a table: one would delete what the others loaded, or they pull different reports, with other
 * columns, days and keys. Paths begin at the river; `sharing` are the others that fill its table.
 */
export function checkSharedTable(
  { report, target }: RiverPart,
  sharing: readonly (readonly [name: string, river: RiverPart])[],
  show: Show,
): Problem[] {
  const path = ['target', 'table'];
  const got = (others: typeof sharing) =>
    `got ${show(path, target?.table)}, which ${others.map(([name]) => name).join(', ')} ${others.length === 1 ? 'fills' : 'fill'} as well`;
  const others = sharing.filter(([, river]) => isAnother(report, river.report));
  return [
    ...(target?.load === 'overwrite' && sharing.length > 0
      ? [
          {
            path,
            message: `expected a table of its own, since load: overwrite replaces all of it, ${got(sharing)}`,
          },
        ]
      : []),
    ...(others.length > 0
      ? [
          {
            path,
            message: `expected a table that only rivers of ${report} fill, ${got(others)} (${[...new Set(others.map(([, other]) => other.report))].join(', ')})`,
          },
        ]
      : []),
  ];
}

/** A report that is not in the catalogue is a fault of its own: which one was meant is unknown. */
const isAnother = (one: string | undefined, other: string | undefined): boolean =>
  one !== other && [one, other].every((slug) => slug !== undefined && findReport(slug) !== undefined);
