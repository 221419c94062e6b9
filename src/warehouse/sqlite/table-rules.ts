/** What SQLite does to the rows of a table besides its columns: rules that refuse rows. */

import type { TableRules, Tables } from '../dialect.ts';

export async function readRules(tables: Tables, table: string): Promise<TableRules> {
  const indexes = await tables.rows(
    `select list.name, (select json_group_array(info.name) from pragma_index_info(list.name) info) as columns
     from pragma_index_list(?) list where list."unique" order by list.seq desc`,
    [table],
  );
  const keys = await tables.rows(`select distinct id from pragma_foreign_key_list(?)`, [table]);
  const made = await tables.rows(
    `select type, name, sql from sqlite_schema where tbl_name = ? collate nocase and type in ('table', 'trigger') order by rowid`,
    [table],
  );
  const hasCheck = made.some(({ type, sql }) => type === 'table' && /[\s,(]check\s*\(/i.test(String(sql)));
  const triggers = made.filter(({ type }) => type === 'trigger');
  const referring = await tables.rows(
    `select distinct other.name from sqlite_schema other, pragma_foreign_key_list(other.name) k
     where other.type = 'table' and k."table" = ? collate nocase and other.name <> ? collate nocase
       and k.on_delete in ('NO ACTION', 'RESTRICT')`,
    [table, table],
  );
  return {
    uniques: indexes.map(({ name, columns }) => ({
      name: String(name),
      columns: JSON.parse(String(columns)),
    })),
    guards: [
      ...(hasCheck ? ['a check'] : []),
      ...(keys.length > 0 ? ['a foreign key'] : []),
      ...triggers.map(({ name }) => `the trigger ${name}`),
    ],
    referring: referring.map(({ name }) => String(name)),
  };
}
