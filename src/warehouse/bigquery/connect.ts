import type { Knex } from 'knex';
import type { WarehouseSetting } from '#domain/river/configuration';
import { connectCloud } from '../cloud/knex-client.ts';
import { ScriptSession } from '../cloud/script-session.ts';
import { readConnection } from './client.ts';
import { BigQueryDriver } from './driver.ts';
import { quoteName } from './values.ts';

/** Nothing is connected to before the first statement, and the driver is loaded then. */
export function connect(current: () => WarehouseSetting): Knex {
  const driver = new BigQueryDriver(current);
  return connectCloud(driver, () => new ScriptSession(driver), quoteName);
}

export function describeAddress(setting: WarehouseSetting): string {
  const { projectId, apiEndpoint } = readConnection(setting);
  const project = typeof projectId === 'string' ? projectId : 'the default project';
  return `BigQuery, ${project}.${setting.schema}${typeof apiEndpoint === 'string' ? ` at ${apiEndpoint}` : ''}`;
}
