import type { Knex } from 'knex';
import type { WarehouseSetting } from '#domain/river/configuration';
import { connectCloud } from '../cloud/knex-client.ts';
import { ScriptSession } from '../cloud/script-session.ts';
import { readConnection, SnowflakeDriver } from './driver.ts';
import { quoteName, toStored } from './values.ts';

/** Each session is one of Snowflake's; the driver is loaded with the first. */
export function connect(current: () => WarehouseSetting): Knex {
  return connectCloud(undefined, () => new ScriptSession(new SnowflakeDriver(current)), quoteName);
}

export function describeAddress(setting: WarehouseSetting): string {
  const { account, accessUrl, database } = readConnection(setting);
  return `Snowflake, ${account ?? accessUrl ?? 'no account'}, ${database ?? 'the default database'}.${toStored(String(setting.schema))}`;
}
