import Sqlite from 'better-sqlite3';
import pg from 'pg';
import type { DatabaseKind } from './rivers.ts';

/** Asks a database itself, past River. Double quotes around names work in both. */
export type AskDatabase = (text: string) => Promise<Record<string, unknown>[]>;

/** The warehouses; a connection for each question, for the server may have been killed since the last one. */
export function askDatabases({
  filename,
  url,
}: {
  readonly filename: string;
  readonly url: string;
}): Readonly<Record<DatabaseKind, AskDatabase>> {
  return {
    async sqlite(text) {
      const database = new Sqlite(filename);
      try {
        return database.prepare(text).all() as Record<string, unknown>[];
      } finally {
        database.close();
      }
    },
    pg: (text) => ask(url, 'tormented', text),
    apart: (text) => ask(url, 'lake, tormented', text),
  };
}

async function ask(url: string, schemas: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, types: { getTypeParser } });
  client.on('error', () => {}); // it is told so by its question as well
  await client.connect();
  try {
    await client.query(`set search_path to ${schemas}`);
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Whole numbers as such, everything else as the server writes it: no Date of this machine's time zone. */
function getTypeParser(oid: number): (text: string) => unknown {
  return [20, 21, 23].includes(oid) ? Number : (text) => text;
}

/** The staging tables that there are. */
export async function stagingIn(kind: DatabaseKind, ask: AskDatabase): Promise<string[]> {
  const list =
    kind === 'sqlite'
      ? `select name from sqlite_schema where type = 'table'`
      : `select table_name as name from information_schema.tables where table_schema in ('tormented', 'lake')`;
  const names = (await ask(list)).map(({ name }) => String(name));
  return names.filter((name) => name.startsWith('river_staging'));
}
