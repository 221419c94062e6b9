import { lastDataUpdate } from '../domain/call/list-calls.ts';
import { ConfigurationError, CredentialsRefusedError, PassingError, RiverError } from '../domain/errors.ts';
import type { Configuration, Connection, WarehouseSetting } from '../domain/river/configuration.ts';
import { openWarehouse } from '../warehouse/open-warehouse.ts';
import { askOnce, type Reserve } from './ask-once.ts';
import {
  connectTemporalIfThere,
  type TemporalClient,
  temporalOptions,
  temporalUnavailable,
} from './connect-temporal.ts';
import { missingSearchAttributes } from './search-attributes.ts';
import { isServed, reserveOf } from './shared-budget.ts';

export interface CheckLine {
  /** `configuration`, `connection main`, `warehouse local`, `temporal`. */
  readonly what: string;
  readonly ok: boolean;
  readonly message: string;
  /** What kind of failure it was, where it is not ok. */
  readonly failure?: 'configuration' | 'refused' | 'unreachable';
}

/** Asks everything that the configuration names whether it is there and lets River in. One line each; the first is the file itself. */
export async function checkAll(configuration: Configuration): Promise<CheckLine[]> {
  const { file, connections, warehouses, rivers } = configuration;
  const temporal = await connectTemporalIfThere();
  // Where no worker answers for the budget nobody else is sending, and the one call is made all the same.
  const served = temporal !== undefined && (await isServed(temporal.client));
  const reserve = (name: string) => (served ? reserveOf(temporal.client, name) : undefined);
  const read: CheckLine = { what: 'configuration', ok: true, message: `${file}: ${rivers.size} rivers` };
  try {
    return [
      read,
      ...(await Promise.all([
        ...[...connections.values()].map((connection) =>
          checkConnection(connection, reserve(connection.name)),
        ),
        ...[...warehouses.values()].map(checkWarehouse),
        checkTemporal(temporal),
      ])),
    ];
  } finally {
    await temporal?.close();
  }
}

const checkConnection = (connection: Connection, reserve: Reserve | undefined): Promise<CheckLine> =>
  line(`connection ${connection.name}`, async () => {
    const [row] = await askOnce(connection, lastDataUpdate, reserve);
    const date = row?.Date;
    return `${connection.baseUrl} answers${typeof date === 'string' ? `; its data is complete up to ${date}` : ''}`;
  });

const checkWarehouse = (setting: WarehouseSetting): Promise<CheckLine> =>
  line(`warehouse ${setting.name}`, async () => {
    const warehouse = await openWarehouse(setting);
    try {
      return await warehouse.check();
    } finally {
      await warehouse.close();
    }
  });

const checkTemporal = (temporal: TemporalClient | undefined): Promise<CheckLine> =>
  line('temporal', async () => {
    if (!temporal) throw temporalUnavailable(temporalOptions().connectionOptions.address, undefined);
    const missing = await missingSearchAttributes(temporal);
    const advice =
      missing.length === 0
        ? ''
        : `; runs are not findable by ${missing.map(({ name }) => name).join(', ')} until you run: ${missing.map(({ command }) => command).join(' && ')}`;
    return `${temporal.address}, namespace ${temporal.namespace}${advice}`;
  });

async function line(what: string, look: () => Promise<string>): Promise<CheckLine> {
  try {
    return { what, ok: true, message: await look() };
  } catch (error) {
    if (!(error instanceof RiverError)) throw error;
    return { what, ok: false, message: error.message, failure: failureKind(error) };
  }
}

function failureKind(error: RiverError): NonNullable<CheckLine['failure']> {
  if (error instanceof PassingError) return 'unreachable';
  if (error instanceof CredentialsRefusedError) return 'refused';
  return error instanceof ConfigurationError ? 'configuration' : 'refused';
}
