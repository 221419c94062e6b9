/** What River asks of BigQuery itself. */

import { randomBytes } from 'node:crypto';
import { driverUnder } from '../cloud/knex-client.ts';
import type { FilledTable, LackingRight, NewTable, Tables } from '../dialect.ts';
import type { BigQueryDriver } from './driver.ts';
import { toTableType, typeNames } from './read-columns.ts';
import { quoteName } from './values.ts';

const driverOf = (tables: Tables): BigQueryDriver => driverUnder<BigQueryDriver>(tables);

export async function describe(tables: Tables): Promise<string> {
  const place = await driverOf(tables).readLocation(String(tables.schemaName));
  return place === undefined ? 'BigQuery, a dataset that is still to be made' : `BigQuery in ${place}`;
}

/**
 * Does what a commit does, with a table of its own: BigQuery itself says which right is missing, and that is thrown. What may be done
 * with tables that are there already, which may have rights of their own, it is asked.
 */
export async function listLackingRights(
  tables: Tables,
  targets: readonly FilledTable[],
): Promise<LackingRight[]> {
  const driver = driverOf(tables);
  const schema = String(tables.schemaName);
  await driver.createDataset(schema);
  const tried = `river_check_${randomBytes(8).toString('hex')}`;
  try {
    await driver.load(schema, tried, [{ name: 'tried', type: 'STRING' }], toOneLine());
    const name = `${quoteName(schema)}.${quoteName(tried)}`;
    await driver.query(
      `begin transaction; update ${name} set tried = 'b' where true; insert into ${name} select tried from ${name}; delete from ${name} where true; commit transaction;`,
    );
  } finally {
    await driver.dropTable(schema, tried);
  }
  const lacking: LackingRight[] = [];
  for (const { table } of targets)
    for (const right of await driver.listLackingRights(schema, table, rightsOfTargets))
      lacking.push({
        right: `${right} on ${table}`,
        grant: `grant \`roles/bigquery.dataEditor\` on schema ${quoteName(schema)} to '…'`,
      });
  return lacking;
}

async function* toOneLine(): AsyncGenerator<string> {
  yield '{"tried":"a"}\n';
}

/** To read what stands there, to change rows, and to add columns. */
const rightsOfTargets = [
  'bigquery.tables.get',
  'bigquery.tables.getData',
  'bigquery.tables.updateData',
  'bigquery.tables.update',
] as const;

/** What may be made is tried as well: no query says it. */
export const refuseCreating = async (): Promise<void> => {};

/** Rights are given for a whole dataset. */
export const findColumnBan = async (): Promise<undefined> => undefined;

/** Its tables are made by statements that do nothing where they are there. */
export const lockMigrations = async (): Promise<void> => {};

export const makeSchema = (tables: Tables): Promise<void> =>
  driverOf(tables).createDataset(String(tables.schemaName));

/** A statement sees a table as it was when it began. */
export const freeze = async (): Promise<void> => {};

/** BigQuery takes five changes of a table in ten seconds. The emulator takes one column in a statement. */
export const betweenColumns = (tables: Tables): string | undefined =>
  driverOf(tables).isEmulated() ? undefined : ', add column ';

/** A column is added to a table's metadata, and nobody waits for it. */
export const limitLockWait = async (): Promise<void> => {};

/** More than so many columns BigQuery does not cluster by. */
const clusteredAtMost = 4;

/**
 * Partitioned by the day of its rows, so that what replaces days reads and writes only these; within a day the rows of a river lie
 * together, and of them those of a key that `merge` looks for.
 */
export async function makeTable(
  tables: Tables,
  table: string,
  { columns, about, comments, dayColumn, key }: NewTable,
): Promise<void> {
  const day = columns.find(({ name }) => name === dayColumn);
  const sought = columns.filter(
    ({ name, type }) => key.includes(name) && name !== dayColumn && type !== 'double',
  );
  await driverOf(tables).createTable(String(tables.schemaName), table, {
    schema: {
      fields: columns.map(({ name, type }) => ({
        name,
        type: toFieldType(typeNames[type]),
        ...(comments.has(name) && { description: String(comments.get(name)) }),
      })),
    },
    ...(about !== undefined && { description: about }),
    ...(day?.type === 'date' && { timePartitioning: { type: 'DAY', field: day.name } }),
    ...(columns.some(({ name }) => name === '_river') && {
      clustering: { fields: ['_river', ...sought.map(({ name }) => name)].slice(0, clusteredAtMost) },
    }),
  });
}

/** Without its width, which the widest type of this name has by itself. */
const toFieldType = (declared: string): string => {
  const type = toTableType(declared);
  return (type?.kind === 'numeric' ? 'numeric' : declared).toUpperCase();
};
