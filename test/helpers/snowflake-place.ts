import { SnowflakeDriver } from '#warehouse/snowflake/driver';
import { fromStored, quoteName, toStored } from '#warehouse/snowflake/values';
import type { Place, SettingOf } from './place.ts';

/** The driver would wait and send again, and the emulator answers at once. */
export const snowflakeConnection = (url: string): Record<string, unknown> => ({
  account: 'river',
  accessUrl: url,
  username: 'river',
  password: 'none',
  database: 'RIVER',
});

/** A schema of its own. */
export async function withSnowflake<T>(
  url: string,
  schema: string,
  settingOf: SettingOf,
  use: (place: Place) => Promise<T>,
): Promise<T> {
  const setting = settingOf('snowflake', snowflakeConnection(url), schema);
  const driver = new SnowflakeDriver(() => setting);
  const run = async (text: string) => (await driver.query(text)).rows;
  const name = quoteName(schema);
  await run(`create schema if not exists ${name}`);
  try {
    const sql = async (text: string) => {
      const [, table] = /\bpragma_table_info\('([^']+)'\)/.exec(text) ?? [];
      if (table === undefined) return run(inQuotes(text));
      const columns = await run(`describe table ${name}.${quoteName(table)}`).catch(() => []);
      return listColumns(columns, text);
    };
    const tables = async () =>
      (await run(`show tables in schema ${name}`))
        .filter(({ schema_name }) => schema_name === toStored(schema))
        .map((row) => fromStored(String(row.name)))
        .sort();
    return await use({ setting, sql, tables });
  } finally {
    await run(`drop schema if exists ${name} cascade`);
    await driver.close();
  }
}

/** Snowflake has names in upper case, and keeps words such as SAMPLE for itself. */
const inQuotes = (text: string): string =>
  text
    .replace(/"([^"]*)"/g, (_all, quoted: string) => quoteName(quoted))
    .replace(
      /\b(from|into|join|update|table(?: if (?:not )?exists)?) (?!if\b)(\w+)/gi,
      (_all, word: string, table: string) => `${word} ${quoteName(table)}`,
    )
    .replace(/\bsample\.\*/g, '"SAMPLE".*')
    .replace(/count\(\*\) as rows/g, 'count(*) as "ROWS"');

const sqliteNames: Readonly<Record<string, string>> = {
  varchar: 'text',
  'number(38,0)': 'integer',
  'number(38,9)': 'numeric',
  float: 'double',
  timestamp_ntz: 'timestamp',
  timestamp_tz: 'timestamp',
};

/** What SQLite's function says of a table. */
function listColumns(columns: readonly Record<string, unknown>[], text: string): Record<string, unknown>[] {
  const [, wanted] = /where name = '([^']+)'/.exec(text) ?? [];
  const all = columns.map(({ name, type }) => {
    const declared = String(type).toLowerCase();
    const plain = declared.startsWith('number') ? declared : declared.replace(/\(.*/, '');
    return { name: fromStored(String(name)), type: sqliteNames[plain] ?? plain };
  });
  return wanted === undefined ? all : all.filter(({ name }) => name === wanted);
}
