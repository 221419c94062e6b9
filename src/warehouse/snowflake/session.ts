/** What River asks of Snowflake itself. */

import { randomBytes } from 'node:crypto';
import { sessionUnder } from '../cloud/knex-client.ts';
import type { ScriptSession } from '../cloud/script-session.ts';
import { quoteText } from '../cloud/script-text.ts';
import type { FilledTable, LackingRight, NewTable, Tables } from '../dialect.ts';
import type { SnowflakeDriver } from './driver.ts';
import { failures } from './failures.ts';
import { typeNames } from './read-columns.ts';
import { quoteName, toStored } from './values.ts';
import { load } from './write-rows.ts';

const hasSchema = async (tables: Tables): Promise<boolean> => {
  const stored = toStored(String(tables.schemaName));
  const found = await tables.rows(`show schemas like ${quoteText(stored)}`);
  return found.some(({ name }) => name === stored);
};

export async function describe(tables: Tables): Promise<string> {
  const [row] = await tables.rows('select current_version() as version');
  return `Snowflake ${row?.version}${(await hasSchema(tables)) ? '' : ', a schema that is still to be made'}`;
}

/**
 * Does what a commit does, with a table of its own: Snowflake itself says which right is missing, and that is thrown. What may be done
 * with tables that are there already, which may have rights of their own, it is asked.
 */
export async function listLackingRights(
  tables: Tables,
  targets: readonly FilledTable[],
): Promise<LackingRight[]> {
  await tryCommit(tables);
  const [who] = await tables.rows('select current_role() as role');
  const lacking: LackingRight[] = [];
  for (const { table, load: mode } of targets) {
    if (!(await tables.dialect.hasTable(tables, table))) continue;
    for (const right of rightsFor[mode])
      if (!(await mayDo(tables, table, right)))
        lacking.push({
          table,
          right: `${right} on ${table}`,
          grant: `grant ${right.toLowerCase()} on table ${quoteName(String(tables.schemaName))}.${quoteName(table)} to role ${quoteName(String(who?.role ?? '…'))}`,
        });
  }
  return lacking;
}

async function tryCommit(tables: Tables): Promise<void> {
  await makeSchema(tables);
  const schema = String(tables.schemaName);
  const [tried, brought] = [`river_check_${suffix()}`, `river_rows_${suffix()}`];
  const name = `${quoteName(schema)}.${quoteName(tried)}`;
  await tables.query.transaction(async (query) => {
    const session = await sessionUnder<ScriptSession<SnowflakeDriver>>({ query });
    const { driver } = session;
    await driver.query(`create table ${name} (tried varchar)`);
    session.dropAfterwards(schema, brought);
    session.dropAfterwards(schema, tried);
    await load(driver, schema, brought, toOneLine());
    const from = `${quoteName(schema)}.${quoteName(brought)}`;
    await session.run(`insert into ${name} select line:tried::varchar from ${from}`, []);
    await session.run(`update ${name} set tried = 'b' where true`, []);
    await session.run(`delete from ${name} where true`, []);
  });
}

const suffix = (): string => randomBytes(8).toString('hex');

async function* toOneLine(): AsyncGenerator<string> {
  yield '{"tried":"a"}\n';
}

const rightsFor = {
  append: ['SELECT', 'INSERT'],
  replace: ['SELECT', 'INSERT', 'DELETE'],
  merge: ['SELECT', 'INSERT', 'UPDATE'],
  overwrite: ['SELECT', 'INSERT', 'DELETE'],
} as const;

const statements: Readonly<Record<string, string>> = {
  SELECT: 'select count(*) from ?? where false',
  INSERT: 'insert into ?? select * from ?? where false',
  DELETE: 'delete from ?? where false',
  UPDATE: 'update ?? set _river = _river where false',
};

/** A statement that changes no row. What else is wrong with a table (it is a view, say) is told by those who look at its columns. */
async function mayDo(tables: Tables, table: string, right: string): Promise<boolean> {
  const sql = String(statements[right]);
  const name = tables.qualify(table);
  try {
    await tables.query.raw(
      sql,
      sql
        .split('??')
        .slice(1)
        .map(() => name),
    );
    return true;
  } catch (error) {
    if (/Insufficient privileges/i.test(String((error as Error).message))) return false;
    if (failures.readFailure(error).remedy !== 'schema') throw error;
    return true;
  }
}

/** What may be made is tried as well: no query says it. */
export const refuseCreating = async (): Promise<void> => {};

/** Only the owner of a table adds columns; Snowflake says it when one is added. */
export const findColumnBan = async (): Promise<undefined> => undefined;

/** Its tables are made by statements that do nothing where they are there. */
export const lockMigrations = async (): Promise<void> => {};

export async function makeSchema(tables: Tables): Promise<void> {
  // A role that may not make schemas may not say it either, where there is one.
  if (await hasSchema(tables)) return;
  await tables.query.raw('create schema if not exists ??', [String(tables.schemaName)]);
}

/** A statement sees a table as it was when it began. */
export const freeze = async (): Promise<void> => {};

/** A column is added to a table's metadata, and nobody waits for it. */
export const limitLockWait = async (): Promise<void> => {};

/** Rows that are loaded together lie together, so that a query by day finds its days without any cluster. */
export async function makeTable(
  tables: Tables,
  table: string,
  { columns, about, comments }: NewTable,
): Promise<void> {
  const declared = columns.map(({ name, type }) => {
    const comment = comments.get(name);
    return `${quoteName(name)} ${typeNames[type]}${comment === undefined ? '' : ` comment ${quoteText(comment)}`}`;
  });
  const place = `${quoteName(String(tables.schemaName))}.${quoteName(table)}`;
  const said = about === undefined ? '' : ` comment = ${quoteText(about)}`;
  const { driver } = await sessionUnder<ScriptSession<SnowflakeDriver>>(tables);
  await driver.query(`create table if not exists ${place} (${declared.join(', ')})${said}`);
}
