import { SchemaConflictError } from '../../domain/errors.ts';
import type { Row, Tables } from '../dialect.ts';
import { everyType, type TableColumn } from '../tables/table-column.ts';

export async function readColumns(tables: Tables, table: string): Promise<TableColumn[] | undefined> {
  const kind = await kindOfTable(tables, table);
  if (kind === undefined) return undefined;
  if (kind !== 'table') {
    throw new SchemaConflictError(
      `${table} is a ${kind}: a river fills tables only. Give its target another table.`,
      {
        facts: { table },
      },
    );
  }
  const columns: Row[] = await tables.query.raw('select name, type from pragma_table_info(?)', [table]);
  return columns.map(({ name, type }) => ({
    name: String(name),
    declared: String(type).toLowerCase(),
    ...affinityOf(String(type).toLowerCase()),
  }));
}

export async function hasTable(tables: Tables, table: string): Promise<boolean> {
  return (await kindOfTable(tables, table)) !== undefined;
}

async function kindOfTable(tables: Tables, table: string): Promise<string | undefined> {
  const found: Row[] = await tables.query.raw(
    `select type from sqlite_schema where type in ('table', 'view') and name = ? collate nocase`,
    [table],
  );
  return found[0] === undefined ? undefined : String(found[0].type);
}

/** By SQLite's own rules (https://sqlite.org/datatype3.html), with the numeric affinity told apart by its names. */
function affinityOf(declared: string): Pick<TableColumn, 'type' | 'holds'> {
  if (declared.includes('int')) return { type: 'integer', holds: ['integer', 'long'] };
  if (/char|clob|text/.test(declared)) return { type: 'text', holds: everyType };
  if (declared === '' || declared.includes('blob')) return { type: 'text', holds: everyType };
  if (/real|floa|doub/.test(declared)) return { type: 'double', holds: ['integer', 'double'] };
  if (declared.startsWith('bool')) return { type: 'boolean', holds: ['boolean'] };
  if (declared === 'date') return { type: 'date', holds: ['date'] };
  if (/^(datetime|timestamp)/.test(declared)) return { type: 'timestamp', holds: ['timestamp'] };
  return { type: 'double', holds: ['integer', 'long', 'double'] };
}
